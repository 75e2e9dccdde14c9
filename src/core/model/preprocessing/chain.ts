import { extentOf, concatenate, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { ModelCard } from '../card.ts'
import { channels, channelsLast, firstChannelOf } from './channels.ts'
import { clip, normalise } from './normalise.ts'
import { fitSteps } from './fit.ts'
import { type Beyond, neighbours } from './neighbours.ts'
import { composeSteps, type PreprocessingChain } from './step.ts'
import { RadversaryError } from '../../errors.ts'
import type { DifferentiableModel } from '../ports.ts'

/** One image without its batch: channels (1 or 3), rows, columns. */
export type ImageShape = readonly [channels: number, rows: number, columns: number]

/** What the chain needs of a model card. */
export type PreprocessingCard = Pick<
  ModelCard,
  'input' | 'fit' | 'interpolation' | 'rounding' | 'mean' | 'std'
>

/**
 * The chain from images [N, C, H, W] of one shape, in relative intensity, to the model's input: clip to [0,
 * 1] → fit and resample → channels → neighbouring slices, where the model takes them → mean and standard
 * deviation → layout. Throws `model-unsupported` when the images can't be brought there.
 * @param beyond slices around those of a batch, as images are given; for models of neighbouring slices
 */
export function preprocessingFor(
  card: PreprocessingCard,
  [imageChannels, rows, columns]: ImageShape,
  beyond: Beyond = {},
): PreprocessingChain {
  const each = [
    clip,
    ...fitSteps({
      from: [rows, columns],
      to: card.input.size,
      fit: card.fit,
      interpolation: card.interpolation,
      rounding: card.rounding,
    }),
    ...channels(imageChannels, card.input.channels),
  ]
  const fitted = (slices: Tensor | undefined) => slices && composeSteps(each).apply(slices)
  const { slices } = card.input
  return composeSteps([
    ...each,
    ...(slices ? [neighbours(slices, { before: fitted(beyond.before), after: fitted(beyond.after) })] : []),
    normalise({ valueRange: card.input.valueRange, mean: card.mean, std: card.std }),
    ...(card.input.layout === 'NHWC' ? [channelsLast] : []),
  ])
}

/** What is resampled and fitted alone: no neighbouring slices, mean and std, in the order of planes. */
export function plainCard(card: PreprocessingCard): PreprocessingCard {
  return {
    ...card,
    mean: [0],
    std: [1],
    input: { ...card.input, layout: 'NCHW', valueRange: [0, 1], slices: undefined, volume: undefined },
  }
}

/**
 * The model seen from the image's own pixel grid: it takes [N, C, H, W] in relative intensity (the width of
 * the intensity range is 1), and its gradient comes back there through the chain's adjoint. One image shape
 * per model; `dispose` disposes of the model itself. Of a model of neighbouring slices a batch is a run of
 * them, `beyond` what lies around it, and the gradient of a slice is that of all losses.
 */
export function throughPreprocessing(
  model: DifferentiableModel,
  card: PreprocessingCard,
  imageShape: ImageShape,
  beyond: Beyond = {},
): DifferentiableModel {
  const isGrey = model.takesGrey === true && imageShape[0] === 1
  const chain = preprocessingFor(isGrey ? firstChannelOf(card) : card, imageShape, beyond)
  if (card.input.volume !== undefined && (beyond.before ?? beyond.after))
    return partOfVolume(model, chain, imageShape, beyond)
  return {
    input: { name: model.input.name, shape: [null, ...imageShape] },
    output: model.output,
    predict: (x) => model.predict(chain.apply(x)),
    lossAndGradient: async (x, loss) => {
      const trace = chain.trace(x)
      const result = await model.lossAndGradient(trace.output, loss)
      return { ...result, gradient: trace.adjoint(result.gradient) }
    },
    dispose: () => model.dispose(),
  }
}

/**
 * Slices of a volume, which can be predicted by themselves; the loss of a part has no gradient of its own.
 */
function partOfVolume(
  model: DifferentiableModel,
  chain: PreprocessingChain,
  imageShape: ImageShape,
  { before, after }: Beyond,
): DifferentiableModel {
  return {
    input: { name: model.input.name, shape: [null, ...imageShape] },
    output: model.output,
    predict: async (x) => {
      const whole = concatenate([before, x, after].filter((part) => part !== undefined))
      const { shape, data } = await model.predict(chain.apply(whole))
      const [first, count] = [before?.shape[0] ?? 0, extentOf(x.shape, 0)]
      const size = data.length / extentOf(shape, 0)
      return tensor([count, ...shape.slice(1)], data.slice(first * size, (first + count) * size))
    },
    lossAndGradient: () => Promise.reject(noPartialGradient()),
    dispose: () => model.dispose(),
  }
}

/** Why a slice of a volume has no gradient. */
export function noPartialGradient(): RadversaryError {
  return new RadversaryError(
    'model-unsupported',
    'Gradient: expected a model of single images or neighbouring slices, got one of volumes',
    { tip: 'A volume’s gradient is that of all its slices together: attack the whole series.' },
  )
}

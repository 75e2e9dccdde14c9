import { RadversaryError } from '../../errors.ts'
import { concatenate, tensor } from '../../tensor/tensor.ts'
import type { DifferentiableModel } from '../ports.ts'
import { preprocessingFor, type ImageShape, type PreprocessingCard } from './chain.ts'
import { firstChannelOf } from './grey.ts'
import type { Beyond } from './neighbours.ts'
import type { PreprocessingChain } from './step.ts'

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
      const [first, count] = [before?.shape[0] ?? 0, x.shape[0] ?? 0]
      const size = data.length / (shape[0] ?? 1)
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

import { extentOf, concatenate, samplesOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { ModelCard } from '../card.ts'
import { voteActivation } from '../combined-logits.ts'
import { channelPlan, channelValues } from '../channel-list.ts'
import { defencesAt, undefended } from '../defence-steps.ts'
import { stepsAt, type Normalisation } from '../normalisation.ts'
import { usualDraws } from '../../spec/presets.ts'
import { contextOf, isRunOnStacks, placesOf, seriesCount } from '../context.ts'
import { imageChannels } from '../slices.ts'
import { channels, channelsLast, firstChannelOf, windowPlanes } from './channels.ts'
import { eachChannel } from './each-channel.ts'
import { clip, inUnitsOf, normalise, perChannel } from './normalise.ts'
import { defendedModel, type DefenceAsSeen } from './defended.ts'
import { defenceSteps, type Draw } from './defences.ts'
import { seriesAsChannels } from './series.ts'
import { statisticsStep } from './statistics.ts'
import { fitSteps } from './fit.ts'
import { type ContextSlices, neighbours } from './neighbours.ts'
import { composeSteps, type PreprocessingChain, type PreprocessingStep } from './step.ts'
import { internalError } from '../../errors.ts'
import type { DifferentiableModel } from '../ports.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import type { VolumeSpace } from '../../dicom/stack-space.ts'
import { fitsSlices } from '../volume.ts'

/** What is known of the stack that a batch of slices is of, beside them, and of what it is asked for. */
export interface Around {
  /** Slices before and after them. */
  readonly contextSlices?: ContextSlices | undefined
  /** How the stack lies, for models of volumes. */
  readonly space?: VolumeSpace | undefined
  /** How gradients take the card's defence; by their usual draws. */
  readonly seen?: DefenceAsSeen | undefined
}

/** One image without its batch: channels (1 or 3), rows, columns. */
export type ImageShape = readonly [channels: number, rows: number, columns: number]

/** What the chain needs of a model card. */
export type PreprocessingCard = Pick<
  ModelCard,
  | 'input'
  | 'intensity'
  | 'clip'
  | 'defence'
  | 'normalisation'
  | 'fit'
  | 'interpolation'
  | 'rounding'
  | 'mean'
  | 'std'
>

/** The same with what its answers are, which a defence's vote depends on. */
type SeenCard = PreprocessingCard & Parameters<typeof voteActivation>[0]

/** The draw of a defence that whoever asks for no other sees. */
const firstDraw: Draw = { of: 'prediction', index: 0 }

/**
 * The chain from images [N, C, H, W] of one shape, in relative intensity, to the model's input: clip to [0,
 * 1] → defence at the image → series as channels → windows → normalisation at the image → fit and resample →
 * defence at the input → channels, neighbouring slices, where the model takes them → normalisation at the
 * input → mean and standard deviation → layout. RGB becomes luminance before windows and normalisations.
 * Throws `model-unsupported` when the images can't be brought there.
 * @param contextSlices slices around those of a batch, as images are given; for models of neighbouring slices
 * @param draw of random steps of a defence
 */
export function preprocessingFor(
  card: PreprocessingCard,
  [ownChannels, rows, columns]: ImageShape,
  contextSlices: ContextSlices = {},
  draw: Draw = firstDraw,
): PreprocessingChain {
  const { slices, valueRange, layout } = card.input
  const [atImage, atInput] = [stepsAt(card, 'image'), stepsAt(card, 'input')]
  const inUnits = inUnitsOf(valueRange)
  const statistics = (steps: Normalisation) => steps.map(statisticsStep)
  const plan = channelPlan(card)
  const converted = channels(ownChannels, imageChannels(card.input))
  const series = seriesCount(card.input)
  const ofChannels = channelValues(card)
  const isConvertedFirst = ownChannels > 1 && (atImage.length > 0 || plan !== undefined || series > 1)
  const [onImage, onInput] = [defencesAt(card, 'image'), defencesAt(card, 'input')]
  const isColour = ownChannels === 3
  const each = [
    ...(card.clip === false || ofChannels ? [] : [clip]),
    ...defenceSteps(onImage, { draw, isColour }),
    ...(isConvertedFirst ? converted : []),
    ...(series > 1 ? [seriesAsChannels(series)] : []),
    ...(ofChannels ? [eachChannel(ofChannels)] : []),
    ...(plan?.windows.some((window) => window !== undefined) ? [windowPlanes(plan.windows)] : []),
    ...(atImage.length > 0 && !ofChannels ? [...inUnits, ...statistics(atImage)] : []),
    ...fittingOf(card, [rows, columns]),
    ...defenceSteps(onInput, { draw, isColour: isColour && !isConvertedFirst }, onImage.length),
    ...(isConvertedFirst ? [] : converted),
  ]
  const places = plan?.places ?? (slices && placesOf(slices))
  const fitted = (around: Tensor | undefined) => around && composeSteps(each).apply(around)
  return composeSteps([
    ...each,
    ...(places
      ? [neighbours(places, { before: fitted(contextSlices.before), after: fitted(contextSlices.after) })]
      : []),
    ...(atImage.length === 0 && atInput.length > 0 ? inUnits : []),
    ...statistics(atInput),
    normalise({ ...card, valueRange: card.normalisation === undefined && !ofChannels ? valueRange : [0, 1] }),
    ...(layout === 'NHWC' ? [channelsLast] : []),
  ])
}

/**
 * What is resampled, fitted and normalised by its own statistics alone: no neighbouring slices, mean and std,
 * in the order of planes. Values are in [0, 1], or what a normalisation makes of them.
 */
export function plainCard(card: PreprocessingCard): PreprocessingCard {
  const { input, normalisation } = card
  const valueRange: [number, number] = normalisation === undefined ? [0, 1] : input.valueRange
  return {
    ...card,
    mean: [0],
    std: [1],
    input: {
      ...input,
      ...(seriesCount(input) > 1 && { channels: 1 }),
      layout: 'NCHW',
      valueRange,
      slices: undefined,
      volume: undefined,
    },
  }
}

/**
 * What `plainCard` leaves out of the numbers: mean and standard deviation, of neighbouring slices those of
 * the middle one, of several series those of the first.
 */
export function plainNumbers({ input, normalisation, mean, std }: PreprocessingCard): PreprocessingStep {
  const isOfOne = input.slices !== undefined || seriesCount(input) > 1
  const channel = ((input.slices?.count ?? 1) - 1) / 2
  const own = (values: readonly number[]) => (isOfOne ? [perChannel(values, channel)] : values)
  const valueRange: [number, number] = normalisation === undefined ? input.valueRange : [0, 1]
  return normalise({ valueRange, mean: own(mean), std: own(std) })
}

/** What brings an image to the card's frame; volumes that are fitted as wholes are left to their model. */
function fittingOf(card: PreprocessingCard, from: ImageSize) {
  const { input, fit, interpolation, rounding } = card
  return fitsSlices(card) ? fitSteps({ from, to: input.size, fit, interpolation, rounding }) : []
}

/**
 * The model seen from the image's own pixel grid: it takes [N, C, H, W] in relative intensity (the width of
 * the intensity range is 1), and its gradient comes back there through the chain's adjoint. One image shape
 * per model; `dispose` disposes of the model itself. Of a model of neighbouring slices a batch is a run of
 * them, `around` what else is known of their stack, and the gradient of a slice is that of all losses.
 */
export function throughPreprocessing(
  model: DifferentiableModel,
  card: SeenCard,
  imageShape: ImageShape,
  { seen = { draws: usualDraws, isOblivious: false }, ...around }: Around = {},
): DifferentiableModel {
  const { defence } = card
  if (defence === undefined) return throughChain(model, card, imageShape, around)
  return defendedModel({
    defence,
    seen,
    activation: voteActivation(card),
    drawn: (draw) => throughChain(model, card, imageShape, around, draw),
    undefended: throughChain(model, undefended(card), imageShape, around),
  })
}

/** The card by which a model sees images: from its first channel alone, where grey images are enough. */
export function seenCard<Card extends PreprocessingCard>(
  { takesGrey }: DifferentiableModel,
  card: Card,
  [channels]: ImageShape,
): Card {
  return takesGrey === true && channels === 1 ? firstChannelOf(card) : card
}

function throughChain(
  model: DifferentiableModel,
  card: PreprocessingCard,
  imageShape: ImageShape,
  { contextSlices = {}, space }: Omit<Around, 'seen'>,
  draw?: Draw,
): DifferentiableModel {
  const seen = seenCard(model, card, imageShape)
  if (contextOf(card) === Infinity && (contextSlices.before ?? contextSlices.after) !== undefined)
    return partOfStack(model, preprocessingFor(seen, imageShape, {}, draw), card, {
      imageShape,
      contextSlices,
      space,
    })
  const chain = preprocessingFor(seen, imageShape, contextSlices, draw)
  return {
    input: { name: model.input.name, shape: [null, ...imageShape] },
    output: model.output,
    predict: (x, beside) => model.predict(chain.apply(x), beside, space),
    lossAndGradient: async (x, loss, beside) => {
      const trace = chain.trace(x)
      const result = await model.lossAndGradient(trace.output, loss, beside, space)
      return { ...result, gradient: trace.adjoint(result.gradient) }
    },
    dispose: () => model.dispose(),
  }
}

interface Part {
  readonly imageShape: ImageShape
  readonly contextSlices: ContextSlices
  readonly space: VolumeSpace | undefined
}

/**
 * Slices that are seen with their whole stack, by the network itself or by the statistics of a normalisation.
 * What lies around them is constant; the loss of a part of a volume, or of one of several series, has no
 * gradient of its own.
 */
function partOfStack(
  model: DifferentiableModel,
  chain: PreprocessingChain,
  { input }: PreprocessingCard,
  { imageShape, contextSlices: { before, after }, space }: Part,
): DifferentiableModel {
  const isWhole = isRunOnStacks({ input })
  const whole = (x: Tensor) => concatenate([before, x, after].filter((part) => part !== undefined))
  const first = before?.shape[0] ?? 0
  const own = (all: Tensor, x: Tensor) => samplesOf(all, first, first + extentOf(x.shape, 0))
  return {
    input: { name: model.input.name, shape: [null, ...imageShape] },
    output: model.output,
    predict: async (x, beside) => {
      const seen = chain.apply(whole(x))
      return isWhole ? own(await model.predict(seen, beside, space), x) : model.predict(own(seen, x), beside)
    },
    lossAndGradient: async (x, loss, beside) => {
      if (isWhole) throw internalError('a part of a stack was asked for its gradient')
      const trace = chain.trace(whole(x))
      const result = await model.lossAndGradient(own(trace.output, x), loss, beside)
      const cotangent = tensor(trace.output.shape)
      own(cotangent, x).data.set(result.gradient.data)
      return { ...result, gradient: own(trace.adjoint(cotangent), x) }
    },
    dispose: () => model.dispose(),
  }
}

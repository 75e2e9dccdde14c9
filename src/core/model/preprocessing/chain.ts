import type { Tensor } from '../../tensor/tensor.ts'
import type { ModelCard } from '../card.ts'
import { channels } from './channels.ts'
import { clip } from './clip.ts'
import { fitSteps } from './fit.ts'
import { channelsLast } from './layout.ts'
import { neighbours, type Beyond } from './neighbours.ts'
import { normalise } from './normalise.ts'
import { composeSteps, type PreprocessingChain } from './step.ts'

/** One image without its batch: channels (1 or 3), rows, columns. */
export type ImageShape = readonly [channels: number, rows: number, columns: number]

/** What the chain needs of a model card. */
export type PreprocessingCard = Pick<ModelCard, 'input' | 'fit' | 'interpolation' | 'mean' | 'std'>

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

import type { ModelCard } from '../card.ts'
import { channels } from './channels.ts'
import { clip } from './clip.ts'
import { fitSteps } from './fit.ts'
import { channelsLast } from './layout.ts'
import { normalise } from './normalise.ts'
import { composeSteps, type PreprocessingChain } from './step.ts'

/** One image without its batch: channels (1 or 3), rows, columns. */
export type ImageShape = readonly [channels: number, rows: number, columns: number]

/** What the chain needs of a model card. */
export type PreprocessingCard = Pick<ModelCard, 'input' | 'fit' | 'interpolation' | 'mean' | 'std'>

/**
 * The chain from images [N, C, H, W] of one shape, in relative intensity, to the model's input: clip to [0, 1] → fit and resample →
 * channels → mean and standard deviation → layout. Throws `model-unsupported` when the images can't be brought there.
 */
export function preprocessingFor(card: PreprocessingCard, [imageChannels, rows, columns]: ImageShape): PreprocessingChain {
  return composeSteps([
    clip,
    ...fitSteps({ from: [rows, columns], to: card.input.size, fit: card.fit, interpolation: card.interpolation }),
    ...channels(imageChannels, card.input.channels),
    normalise({ valueRange: card.input.valueRange, mean: card.mean, std: card.std }),
    ...(card.input.layout === 'NHWC' ? [channelsLast] : []),
  ])
}

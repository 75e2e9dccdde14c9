import type { ImageCard } from '../../../core/model/card.ts'
import { plainNumbers } from '../../../core/model/preprocessing/chain.ts'
import { countBeyond, countBins, endsOf } from '../../../core/math/histogram.ts'
import { extents4, type Tensor } from '../../../core/tensor/tensor.ts'
import type { StudyFrame } from '../../study/load-image.ts'
import { modelPreview, seenOf, type ModelPreview } from './model-views.ts'

/** How often values occur in equal parts between two of them, the dark end first. */
export interface Histogram {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

/** What a model sees of a frame by a card that is still being written, and what its numbers are. */
export interface CardPreview extends ModelPreview {
  /**
   * For each channel of the image: parts of its pixels that lie beyond the ends of the intensity range and
   * are clipped there; null of a card that keeps them.
   */
  readonly clipped: readonly { readonly below: number; readonly above: number }[] | null
  /** The intensities that become 0 and 1. */
  readonly clippedAt: readonly [dark: number, bright: number]
  /** The image's intensities, all channels together, in the range's unit. */
  readonly image: Histogram
  /**
   * For each channel that is shown: its numbers, after mean and standard deviation.
   */
  readonly input: readonly Histogram[]
}

const bins = 96

/** @throws RadversaryError model-unsupported when such images can't be brought to the model's input. */
export function cardPreview(frame: StudyFrame, card: ImageCard): CardPreview {
  const { relative, range } = frame.float
  const { lower, upper } = range
  const seen = seenOf(frame, card)
  const input = plainNumbers(card).apply(seen)
  const isDarkHigh = frame.pixels.frame.photometric === 'MONOCHROME1'
  const [dark, bright] = isDarkHigh ? [upper, lower] : [lower, upper]
  const valueOf = (intensity: number) => dark + intensity * (bright - dark)
  const { from, to, counts } = histogramOf(relative.data)
  return {
    ...modelPreview(frame, card, seen),
    clipped: card.clip === false ? null : planesOf(relative).map(partsBeyond),
    clippedAt: [dark, bright],
    image: { from: valueOf(from), to: valueOf(to), counts },
    input: planesOf(input).map(histogramOf),
  }
}

function partsBeyond(plane: Float32Array): { readonly below: number; readonly above: number } {
  const [below, above] = countBeyond(plane)
  return { below: below / plane.length, above: above / plane.length }
}

function histogramOf(values: Float32Array): Histogram {
  const [from, to] = endsOf(values)
  return { from, to, counts: [...countBins(values, from, to, bins)] }
}

/** Channels of [1, C, H, W]. */
function planesOf({ shape, data }: Tensor): Float32Array[] {
  const [, channels, rows, columns] = extents4(shape, 'Preview')
  const size = rows * columns
  return Array.from({ length: channels }, (_, c) => data.subarray(c * size, (c + 1) * size))
}

import { addCount } from '../counts.ts'
import type { PixelMeaning, StoredFrame, StoredValues } from '../dicom/image.ts'
import { modalityFunction } from '../dicom/lookup-tables.ts'
import { valueFor } from '../entry.ts'
import { RadversaryError } from '../errors.ts'

/** One decoded frame and what its pixels mean. */
export interface ImagePixels {
  readonly frame: StoredFrame
  readonly meaning: PixelMeaning
}

/** How often each modality value occurs, padding left out. */
export interface IntensityCounts {
  /** Takes a frame in; frames may have different modality transforms. */
  add(image: ImagePixels): void
  /**
   * The smallest value that at least `percent` % of the values do not exceed (nearest rank); the minimum for
   * 0, the maximum for 100.
   */
  percentile(percent: number): number
}

/**
 * Counts of modality values, for percentiles of an image or, frame by frame, of a series. Memory grows with
 * the number of different values, not with that of pixels. `percentile` throws `dicom-unsupported` when there
 * was nothing but padding.
 */
export function countIntensities(images: readonly ImagePixels[] = []): IntensityCounts {
  const counts = new Map<number, number>()
  const add = ({ frame, meaning }: ImagePixels) => {
    const valueOf = modalityFunction(meaning.modality)
    for (const [stored, count] of countStored(frame.values)) {
      if (meaning.padding && stored >= meaning.padding.lower && stored <= meaning.padding.upper) continue
      const value = valueOf(stored)
      addCount(counts, value, count)
    }
  }
  images.forEach(add)
  return { add, percentile: (percent) => nearestRank(counts, percent) }
}

function countStored(values: StoredValues): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) addCount(counts, value)
  return counts
}

function nearestRank(counts: ReadonlyMap<number, number>, percent: number): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const values = [...counts.keys()].sort((a, b) => a - b)
  const rank = Math.max(1, Math.ceil((percent / 100) * total))
  let seen = 0
  for (const value of values) {
    seen += valueFor(counts, value)
    if (seen >= rank) return value
  }
  throw new RadversaryError(
    'dicom-unsupported',
    'Intensity: expected pixels to take percentiles of, got nothing but padding',
  )
}

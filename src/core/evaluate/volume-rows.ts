import { meanOf } from './statistics.ts'
import { byAnswer, type OfVolume } from './headline.ts'
import type { ImageDistance } from './image-distance.ts'

/** The distance of a volume from those of its slices, which have one size; SSIM is their mean. */
export function volumeDistance(slices: readonly ImageDistance[]): ImageDistance {
  const errors = slices.map(({ psnr }) => (psnr === null ? 0 : 10 ** (-psnr / 10)))
  const error = errors.reduce((sum, each) => sum + each, 0) / slices.length
  const similarities = slices.map(({ ssim }) => ssim)
  return {
    linf: slices.reduce((largest, { linf }) => Math.max(largest, linf), 0),
    l2: Math.hypot(...slices.map(({ l2 }) => l2)),
    psnr: error === 0 ? null : -10 * Math.log10(error),
    ssim: similarities.includes(null) ? null : meanOf(similarities),
    changed: slices.reduce((sum, { changed }) => sum + changed, 0),
    changedFraction: slices.reduce((sum, { changedFraction }) => sum + changedFraction, 0) / slices.length,
  }
}

/** A row with distances. */
interface Measured extends OfVolume {
  readonly window: ImageDistance
  readonly stored: ImageDistance
}

/** A row for each answer, with the distances of all slices that have it. */
export function answerRows<Row extends Measured>(
  rows: readonly Row[],
): (Row & { readonly slices: number })[] {
  return byAnswer(rows).flatMap((same) => {
    const [first, ...others] = same
    if (first === undefined) return []
    if (others.length === 0) return [{ ...first, slices: 1 }]
    const [window, stored] = [same.map((row) => row.window), same.map((row) => row.stored)].map(
      volumeDistance,
    )
    return window && stored ? [{ ...first, window, stored, slices: same.length }] : []
  })
}

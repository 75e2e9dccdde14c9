import { RadversaryError } from '../errors.ts'
import { differences, similaritySum, type HalfWindow } from '../math/image-distance.ts'
import { gaussianTaps } from '../tensor/smoothing.ts'

const size = 11
const half = halfOf(gaussianTaps({ size, sigma: 1.5 }))

function halfOf([, , , , , ...taps]: Iterable<number>): HalfWindow {
  const [h0 = NaN, h1 = NaN, h2 = NaN, h3 = NaN, h4 = NaN, h5 = NaN] = taps
  return [h0, h1, h2, h3, h4, h5]
}

/** Two planes of the same extents, in C order. */
export interface PlanePair {
  readonly a: ArrayLike<number>
  readonly b: ArrayLike<number>
  readonly rows: number
  readonly columns: number
  /** Where both planes begin; 0 by default. */
  readonly start?: number
}

/**
 * Mean structural similarity of two planes (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13:600, 2004, equation
 * 13), with their 11x11 Gaussian of sigma 1.5, K1 = 0.01 and K2 = 0.03, over the positions where the whole
 * window lies in the image. `dataRange` is their L, the width of the range that pixel values can take. null
 * for planes smaller than the window, where it is not defined.
 */
export function ssim({ a, b, rows, columns, start = 0 }: PlanePair, dataRange: number): number | null {
  if (!(dataRange > 0))
    throw new RadversaryError('usage', `SSIM: expected a data range above 0, got ${dataRange}`)
  if (rows < size || columns < size) return null
  const c1 = (0.01 * dataRange) ** 2
  const c2 = (0.03 * dataRange) ** 2
  const total = similaritySum({ a, b, rows, columns, start }, half, c1, c2)
  return total / ((rows - size + 1) * (columns - size + 1))
}

export { clippedToWindow, toPlanes } from '../math/image-distance.ts'

/** Two images as planes [C, H, W], in one unit. */
export interface ImagePair {
  readonly source: ArrayLike<number>
  readonly adversarial: ArrayLike<number>
  readonly channels: number
  readonly rows: number
  readonly columns: number
  /**
   * Width of the range that values can take: 1 for relative intensity in its window, 2^BitsStored − 1 for
   * stored values.
   */
  readonly dataRange: number
}

/** How far an adversarial image is from its source. */
export interface ImageDistance {
  /** Largest absolute difference of a value. */
  readonly linf: number
  /** Euclidean norm of the difference of all values. */
  readonly l2: number
  /** 10·log10(dataRange² / mean squared error), dB; null where the images are the same (infinite). */
  readonly psnr: number | null
  /** Mean structural similarity over the channels; null for images smaller than 11x11. */
  readonly ssim: number | null
  /** Values (pixels times channels) that differ. */
  readonly changed: number
  /** The same as a fraction of all. */
  readonly changedFraction: number
}

/** Throws `tensor-invalid` when the images have not the extents given. */
export function imageDistance({
  source,
  adversarial,
  channels,
  rows,
  columns,
  dataRange,
}: ImagePair): ImageDistance {
  const plane = rows * columns
  const count = channels * plane
  for (const { length } of [source, adversarial])
    if (length !== count)
      throw new RadversaryError(
        'tensor-invalid',
        `Image distance: expected ${count} values for [${channels}, ${rows}, ${columns}], got ${length}`,
      )
  const { largest, squares, changed } = differences(source, adversarial)
  const similarities = Array.from({ length: channels }, (_, channel) =>
    ssim({ a: source, b: adversarial, rows, columns, start: channel * plane }, dataRange),
  )
  return {
    linf: largest,
    l2: Math.sqrt(squares),
    psnr: squares === 0 ? null : 10 * Math.log10(dataRange ** 2 / (squares / count)),
    ssim: similarities.reduce<number | null>(
      (sum, s) => (sum === null || s === null ? null : sum + s / channels),
      0,
    ),
    changed,
    changedFraction: changed / count,
  }
}

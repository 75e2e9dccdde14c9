import { RadversaryError } from '../errors.ts'
import { ssim } from './ssim.ts'

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
  const similarities = Array.from({ length: channels }, (_, channel) => {
    const [a, b] = [source, adversarial].map((image) => planeOf(image, channel * plane, plane))
    return a && b ? ssim({ a, b, rows, columns }, dataRange) : null
  })
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

/** Relative intensities as a window shows them: within [0, 1]. */
export function clippedToWindow(relative: Float32Array): Float32Array {
  const clipped = new Float32Array(relative.length)
  for (let i = 0; i < clipped.length; i++) clipped[i] = Math.min(Math.max(relative[i] ?? 0, 0), 1)
  return clipped
}

/** Pixel-interleaved stored values [H, W, C] as planes [C, H, W]; the same array for one channel. */
export function toPlanes(values: ArrayLike<number>, channels: number): ArrayLike<number> {
  if (channels === 1) return values
  const plane = values.length / channels
  const planes = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++)
    planes[(i % channels) * plane + Math.floor(i / channels)] = values[i] ?? 0
  return planes
}

function differences(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { largest: number; squares: number; changed: number } {
  let [largest, squares, changed] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? 0) - (b[i] ?? 0))
    largest = Math.max(largest, difference)
    squares += difference * difference
    changed += Number(difference > 0)
  }
  return { largest, squares, changed }
}

function planeOf(image: ArrayLike<number>, start: number, length: number): Float64Array {
  const plane = new Float64Array(length)
  for (let i = 0; i < length; i++) plane[i] = image[start + i] ?? 0
  return plane
}

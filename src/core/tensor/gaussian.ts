import { RadversaryError } from '../errors.ts'
import { imageBatchExtents } from './image-batch.ts'
import { tensor, type Tensor } from './tensor.ts'

/** Width of the smoothing: an odd number of taps, and the standard deviation in pixels. */
export interface GaussianOptions {
  readonly size?: number
  readonly sigma?: number
}

/**
 * The `size` samples of exp(−i²/2σ²), i = −r … r, divided by their sum. Throws `usage` for an even or non-positive size and for a
 * sigma that is not positive.
 */
export function gaussianTaps({ size = 3, sigma = 1 }: GaussianOptions = {}): Float64Array {
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0)
    throw new RadversaryError('usage', `Gaussian: expected an odd kernel size of at least 1, got ${size}`, {
      tip: 'A kernel has a middle: use 3, 5, 7, …',
    })
  if (!(sigma > 0 && Number.isFinite(sigma)))
    throw new RadversaryError('usage', `Gaussian: expected a sigma above 0 (in pixels), got ${sigma}`)
  const radius = (size - 1) / 2
  const taps = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)))
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}

/**
 * Gaussian smoothing W ∗ x of images [N, C, H, W] (SMIA, arXiv 2103.05232, section 3), each channel by itself: separable, normalised,
 * mirrored at the border without repeating the edge. A kernel that reaches beyond an image more than once is mirrored again and
 * again (an extent of 1 is constant), so every image size is defined; where the radius is below the extent this is PyTorch's
 * `reflect` padding.
 */
export function smoothGaussian(x: Tensor, options: GaussianOptions = {}): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Gaussian')
  const half = gaussianTaps(options).subarray(((options.size ?? 3) - 1) / 2)
  const smoothed = tensor(x.shape)
  const line = new Float64Array(columns + 2 * (half.length - 1))
  for (let plane = 0; plane < count * channels; plane++)
    for (let row = 0; row < rows; row++) {
      const start = plane * rows * columns
      combineRows(x.data, line, { start, row, rows, columns, half })
      mirrorEnds(line, half.length - 1, columns)
      combineColumns(line, smoothed.data, start + row * columns, columns, half)
    }
  return smoothed
}

/** Index of the mirrored signal … 2 1 0 1 2 … n−1 n−2 … at any whole position. */
export function mirrored(position: number, extent: number): number {
  if (extent === 1) return 0
  const period = 2 * (extent - 1)
  const phase = Math.abs(position) % period
  return phase < extent ? phase : period - phase
}

interface RowSum {
  readonly start: number
  readonly row: number
  readonly rows: number
  readonly columns: number
  /** The kernel from its middle outwards; it is symmetric. */
  readonly half: Float64Array
}

/** The vertical pass for one row, into the middle of `line`. */
function combineRows(data: Float32Array, line: Float64Array, { start, row, rows, columns, half }: RowSum): void {
  const radius = half.length - 1
  const middle = half[0] ?? 1
  const own = start + row * columns
  for (let v = 0; v < columns; v++) line[radius + v] = middle * (data[own + v] ?? 0)
  for (let k = 1; k <= radius; k++) {
    const above = start + mirrored(row - k, rows) * columns
    const below = start + mirrored(row + k, rows) * columns
    const tap = half[k] ?? 0
    for (let v = 0; v < columns; v++)
      line[radius + v] = (line[radius + v] ?? 0) + tap * ((data[above + v] ?? 0) + (data[below + v] ?? 0))
  }
}

function mirrorEnds(line: Float64Array, radius: number, columns: number): void {
  for (let k = 1; k <= radius; k++) {
    line[radius - k] = line[radius + mirrored(-k, columns)] ?? 0
    line[radius + columns - 1 + k] = line[radius + mirrored(columns - 1 + k, columns)] ?? 0
  }
}

/** The horizontal pass from the padded `line` into `out` at `start`. */
function combineColumns(line: Float64Array, out: Float32Array, start: number, columns: number, half: Float64Array): void {
  const radius = half.length - 1
  const middle = half[0] ?? 1
  for (let v = 0; v < columns; v++) {
    let sum = middle * (line[radius + v] ?? 0)
    for (let k = 1; k <= radius; k++) sum += (half[k] ?? 0) * ((line[radius + v - k] ?? 0) + (line[radius + v + k] ?? 0))
    out[start + v] = sum
  }
}

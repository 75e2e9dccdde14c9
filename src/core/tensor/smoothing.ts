import { RadversaryError } from '../errors.ts'
import { mirrored, mixChannels, smoothPlane, spreadRows } from '../math/gaussian.ts'
import { addScaled, type AxisWeights, tableOf } from '../math/resample.ts'
import { imageBatchExtents } from './image-batch.ts'
import { cropped, padded } from './pad.ts'
import { extentOf, tensor, type Tensor, extents4, type Shape } from './tensor.ts'
import { entry } from '../entry.ts'
import { separableMap, type Resampler } from './resample.ts'

/** Width of the smoothing: an odd number of taps, and the standard deviation in pixels. */
interface GaussianOptions {
  readonly size?: number
  readonly sigma?: number
}

/**
 * The `size` samples of exp(−i²/2σ²), i = −r … r, divided by their sum. Throws `usage` for an even or
 * non-positive size and for a sigma that is not positive.
 */
export function gaussianTaps({ size = 3, sigma = 1 }: GaussianOptions = {}): Float64Array {
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0)
    throw new RadversaryError('usage', `Gaussian: expected an odd kernel size of at least 1, got ${size}`, {
      tip: 'A kernel has a middle: use 3, 5, 7, …',
    })
  if (!(sigma > 0 && Number.isFinite(sigma)))
    throw new RadversaryError('usage', `Gaussian: expected a sigma above 0 (in pixels), got ${sigma}`)
  const radius = (size - 1) / 2
  const taps = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  )
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}

/**
 * Gaussian smoothing W ∗ x of images [N, C, H, W] (SMIA, arXiv 2103.05232, section 3), each channel by
 * itself: separable, normalised, mirrored at the border without repeating the edge. A kernel that reaches
 * beyond an image more than once is mirrored again and again (an extent of 1 is constant), so every image
 * size is defined; where the radius is below the extent this is PyTorch's `reflect` padding.
 * @param smoothed takes the result, another tensor of x's shape
 */
export function smoothGaussian(
  x: Tensor,
  options: GaussianOptions = {},
  smoothed: Tensor = tensor(x.shape),
): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Gaussian')
  const half = gaussianTaps(options).subarray(((options.size ?? 3) - 1) / 2)
  for (let plane = 0; plane < count * channels; plane++)
    smoothPlane(x.data, smoothed.data, half, { start: plane * rows * columns, rows, columns })
  return smoothed
}

/** The same with zeros beyond the border, as convolutions pad that keep an image's size. */
export function smoothGaussianInZeros(x: Tensor, options: GaussianOptions = {}): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Gaussian')
  const radius = ((options.size ?? 3) - 1) / 2
  const [height, width] = [rows + 2 * radius, columns + 2 * radius]
  const place = {
    channels: count * channels,
    rows: height,
    columns: width,
    height: rows,
    width: columns,
    corner: [radius, radius] as const,
  }
  const wide = smoothGaussian(tensor([count, channels, height, width], padded(x.data, place)), options)
  return tensor(x.shape, cropped(wide.data, place))
}

/**
 * Gaussian smoothing of a stack of slices [N, C, H, W] from slice to slice: the third axis of a separable W,
 * mirrored at the ends as `smoothGaussian` is at an image's border. σ is in slices. Throws `usage` as
 * `gaussianTaps` does.
 */
export function smoothAlongStack(x: Tensor, options: GaussianOptions = {}): Tensor {
  const taps = gaussianTaps(options)
  const count = extentOf(x.shape, 0)
  const size = count === 0 ? 0 : x.data.length / count
  const smoothed = tensor(x.shape)
  const sum = new Float64Array(size)
  for (let slice = 0; slice < count; slice++) {
    sum.fill(0)
    for (const [tap, weight] of taps.entries()) {
      const from = size * mirrored(slice + tap - (taps.length - 1) / 2, count)
      addScaled(sum, weight, x.data, from)
    }
    smoothed.data.set(sum, slice * size)
  }
  return smoothed
}

/**
 * The convolution of the SMIA authors' published code, to the letter: with w = (1, e^−0.5, e^−2) / sum,
 *
 *     out[o, h, v] = Σ_in Σ_k w[in] · w[o] · x[in, h + 2(k − 1), v],   k = 0, 1, 2
 *
 * zero padded. It mixes the three channels, is not symmetric, and reaches along the rows' index only, every
 * other row. Throws `tensor-invalid` unless x is [N, 3, H, W]: their kernel is defined for three channels
 * only.
 */
export function referenceKernelConvolution(x: Tensor): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Reference kernel')
  if (channels !== 3)
    throw new RadversaryError('tensor-invalid', `Reference kernel: expected 3 channels, got ${channels}`, {
      tip: "The authors' kernel mixes the three channels of an RGB image. Use the mode `paper` for other images.",
    })
  const out = tensor(x.shape)
  const plane = rows * columns
  for (let n = 0; n < count; n++) {
    const mixed = mixChannels(x.data.subarray(n * 3 * plane, (n + 1) * 3 * plane), plane)
    spreadRows(mixed, out.data.subarray(n * 3 * plane, (n + 1) * 3 * plane), columns)
  }
  return out
}

/**
 * Gaussian smoothing of images [N, C, H, W], cut off at 3 σ, as `smoothGaussian`, with its exact transpose.
 */
export function gaussianMap(shape: Shape, sigma: number): Resampler {
  const [, , rows, columns] = extents4(shape, 'Gaussian')
  const taps = gaussianTaps({ sigma, size: 2 * Math.ceil(3 * sigma) + 1 })
  return separableMap(axisOf(taps, rows), axisOf(taps, columns))
}

/** Taps that fall on one pixel of a mirrored axis are one weight. */
function axisOf(taps: Float64Array, extent: number): AxisWeights {
  const radius = (taps.length - 1) / 2
  const runs = Array.from({ length: extent }, (_, i) => {
    const start = Math.max(0, i - radius)
    const weights = new Array<number>(Math.min(extent, i + radius + 1) - start).fill(0)
    for (const [k, tap] of taps.entries()) {
      const at = mirrored(i + k - radius, extent) - start
      weights[at] = entry(weights, at) + tap
    }
    return { start, weights }
  })
  return tableOf(extent, runs)
}

import { gaussianTaps, mirrored, type GaussianOptions } from './gaussian.ts'
import { tensor, type Tensor } from './tensor.ts'

/**
 * Gaussian smoothing of a stack of slices [N, C, H, W] from slice to slice: the third axis of a separable W,
 * mirrored at the ends as `smoothGaussian` is at an image's border. σ is in slices. Throws `usage` as
 * `gaussianTaps` does.
 */
export function smoothAlongStack(x: Tensor, options: GaussianOptions = {}): Tensor {
  const taps = gaussianTaps(options)
  const [count = 0, ...rest] = x.shape
  const size = count === 0 ? 0 : x.data.length / count
  const smoothed = tensor([count, ...rest])
  const sum = new Float64Array(size)
  for (let slice = 0; slice < count; slice++) {
    sum.fill(0)
    for (const [tap, weight] of taps.entries()) {
      const from = size * mirrored(slice + tap - (taps.length - 1) / 2, count)
      for (let i = 0; i < size; i++) sum[i] = (sum[i] ?? 0) + weight * (x.data[from + i] ?? 0)
    }
    smoothed.data.set(sum, slice * size)
  }
  return smoothed
}

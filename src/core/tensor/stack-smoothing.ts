import { mirrored } from '../math/gaussian.ts'
import { addScaled } from '../math/resample.ts'
import { gaussianTaps, type GaussianOptions } from './gaussian.ts'
import { extentOf, tensor, type Tensor } from './tensor.ts'

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

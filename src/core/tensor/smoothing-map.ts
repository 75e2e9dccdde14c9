import { entry } from '../entry.ts'
import { mirrored } from '../math/gaussian.ts'
import { type AxisWeights, tableOf } from '../math/resample.ts'
import { extents4, type Shape } from './tensor.ts'
import { separableMap, type Resampler } from './resample.ts'
import { gaussianTaps } from './smoothing.ts'

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

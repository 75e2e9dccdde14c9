import { halfPrecision } from '../math/rounding.ts'
import type { Extents3 } from '../math/volume.ts'
import type { VolumeOfInput } from './volume.ts'

/** Part of a patch that is the Gaussian's standard deviation, of MONAI's and nnU-Net's defaults. */
const sigmaOfPatch = 1 / 8

/** What each voxel of a patch counts, [D, H, W] in C order. */
export function patchWeights({
  patch,
  blend,
  tiling,
}: Pick<VolumeOfInput, 'patch' | 'blend' | 'tiling'>): Float64Array {
  const count = patch[0] * patch[1] * patch[2]
  if (blend === 'constant') return new Float64Array(count).fill(1)
  return tiling === 'monai' ? monaiGaussian(patch) : nnunetGaussian(patch)
}

/** MONAI's `compute_importance_map`: around the patch's middle, and never below a thousandth. */
function monaiGaussian(patch: Extents3): Float64Array {
  const least = 1e-3
  return product(patch, (extent, i) => gaussian(i - (extent - 1) / 2, extent)).map((weight) =>
    Math.max(weight, least),
  )
}

/**
 * nnU-Net's `compute_gaussian`: around the voxel half of the extent from the first, cut off four standard
 * deviations away, ten at its largest, in half precision; where that is 0, the least that is not.
 */
function nnunetGaussian(patch: Extents3): Float64Array {
  const along = (extent: number, i: number) => {
    const far = Math.floor(4 * extent * sigmaOfPatch + 0.5)
    const distance = i - Math.floor(extent / 2)
    return Math.abs(distance) > far ? 0 : gaussian(distance, extent)
  }
  const weights = product(patch, along).map((weight) => halfPrecision(10 * weight))
  const least = weights.reduce((min, weight) => (weight > 0 ? Math.min(min, weight) : min), Infinity)
  return weights.map((weight) => (weight === 0 ? least : weight))
}

function gaussian(distance: number, extent: number): number {
  return Math.exp(-(distance ** 2) / (2 * (extent * sigmaOfPatch) ** 2))
}

function product(patch: Extents3, along: (extent: number, i: number) => number): Float64Array {
  const [z, y, x] = patch.map((extent) => Array.from({ length: extent }, (_, i) => along(extent, i)))
  return Float64Array.from(
    (z ?? []).flatMap((a) => (y ?? []).flatMap((b) => (x ?? []).map((c) => a * b * c))),
  )
}

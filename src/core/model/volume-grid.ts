import { addRow, addWeighed, dividedByTotals, weighRow, type Extents3 } from '../math/volume.ts'
import { extentOf, tensor, type Tensor } from '../tensor/tensor.ts'
import { patchStarts, type VolumeOfInput } from './volume.ts'
import { halfPrecision } from '../math/rounding.ts'

/** A patch's first place along each axis. */
export type PatchCorner = Extents3

/** The patches of a volume [C, D, H, W] that holds one at least, and the passes between them and it. */
export class VolumeGrid {
  readonly places: readonly PatchCorner[]
  private readonly weights: Float64Array
  /** Σ_p w_p at each voxel. */
  private readonly totals: Float64Array

  constructor(
    readonly size: Extents3,
    private readonly volume: VolumeOfInput,
  ) {
    const [zs, ys, xs] = [this.starts(0), this.starts(1), this.starts(2)]
    this.places = zs.flatMap((z) => ys.flatMap((y) => xs.map((x): PatchCorner => [z, y, x])))
    this.weights = patchWeights(volume)
    this.totals = new Float64Array(size[0] * size[1] * size[2])
    for (const place of this.places)
      for (const { inVolume, at, count } of this.rowsOf(1, place))
        addRow(this.totals, inVolume, this.weights, at, count)
  }

  /** volume [C, …] at a patch, [1, C, D, H, W] */
  cut(volume: Tensor, place: PatchCorner): Tensor {
    const channels = extentOf(volume.shape, 0)
    const part = tensor([1, channels, ...this.volume.patch])
    for (const { inVolume, inPatch, count } of this.rowsOf(channels, place))
      part.data.set(volume.data.subarray(inVolume, inVolume + count), inPatch)
    return part
  }

  /** gradient [C, …] += that of a patch: the transpose of `cut`. */
  give(gradient: Tensor, part: Tensor, place: PatchCorner): void {
    for (const { inVolume, inPatch, count } of this.rowsOf(extentOf(gradient.shape, 0), place))
      addRow(gradient.data, inVolume, part.data, inPatch, count)
  }

  /** sums [K, …] += w ⊙ a patch's logits [1, K, D, H, W]. */
  add(sums: Tensor, logits: Tensor, place: PatchCorner): void {
    for (const row of this.rowsOf(extentOf(sums.shape, 0), place))
      addWeighed(sums.data, logits.data, this.weights, row)
  }

  /** w ⊙ values [K, …] at a patch, [1, K, D, H, W]: the transpose of `add`. */
  weighed(values: Tensor, place: PatchCorner): Tensor {
    const channels = extentOf(values.shape, 0)
    const part = tensor([1, channels, ...this.volume.patch])
    for (const row of this.rowsOf(channels, place)) weighRow(part.data, values.data, this.weights, row)
    return part
  }

  /** values [K, …] / Σ_p w_p */
  divided({ shape, data }: Tensor): Tensor {
    return tensor(shape, dividedByTotals(data, this.totals))
  }

  private starts(axis: 0 | 1 | 2): number[] {
    return patchStarts(this.size[axis], this.volume.patch[axis], this.volume)
  }

  /**
   * Rows of a patch, channel by channel: where they begin in [C, …], in [C, D, H, W] and among the weights.
   */
  private *rowsOf(channels: number, [z0, y0, x0]: PatchCorner) {
    const [depth, height, width] = this.volume.patch
    const [slices, rows, columns] = this.size
    for (let c = 0; c < channels; c++)
      for (let z = 0; z < depth; z++)
        for (let y = 0; y < height; y++) {
          const at = (z * height + y) * width
          const inVolume = ((c * slices + z0 + z) * rows + y0 + y) * columns + x0
          yield { at, inVolume, inPatch: c * depth * height * width + at, count: width }
        }
  }
}

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

import { entry } from '../entry.ts'
import { imageBatchExtents } from '../tensor/image-batch.ts'
import { extentOf, tensor, type Tensor } from '../tensor/tensor.ts'
import { patchStarts, patchWeights, type VolumeOfInput } from './volume.ts'
import { addRow, addWeighed, dividedByTotals, totalsOf, weighRow } from '../math/volume.ts'

/** A patch's first slice, row and column. */
export type PatchCorner = readonly [slice: number, row: number, column: number]

/** A row of a patch. */
interface PatchRow {
  /** Weight of its slice and row. */
  readonly weight: number
  /** Slice of the stack: its last one where the patch goes on beyond it. */
  readonly slice: number
  readonly isBeyond: boolean
  /** Where it begins in a channel of the patch, and in one of a slice. */
  readonly inPatch: number
  readonly inSlice: number
}

/** The patches of a stack of slices [S, …, h, w], and the passes between them and it. */
export class VolumeGrid {
  readonly slices: number
  readonly size: readonly [rows: number, columns: number]
  readonly places: readonly PatchCorner[]
  private readonly weights: readonly [Float64Array, Float64Array, Float64Array]
  /** Σ_p w_p at each voxel. */
  private readonly totals: Float64Array

  /** @param x [S, C, h, w], whose rows and columns hold a patch */
  constructor(
    x: Tensor,
    private readonly volume: VolumeOfInput,
  ) {
    const { count, rows, columns } = imageBatchExtents(x, 'Volume')
    const { patch, overlap, blend } = volume
    this.slices = count
    this.size = [rows, columns]
    const [zs, ys, xs] = [patchStarts(count, patch[0], overlap), patchStarts(rows, patch[1], overlap), patchStarts(columns, patch[2], overlap)] // prettier-ignore
    this.places = zs.flatMap((z) => ys.flatMap((y) => xs.map((column): PatchCorner => [z, y, column])))
    const [wz, wy, wx] = [
      patchWeights(patch[0], blend),
      patchWeights(patch[1], blend),
      patchWeights(patch[2], blend),
    ]
    this.weights = [wz, wy, wx]
    const [tz, ty, tx] = [totalsOf(count, zs, wz), totalsOf(rows, ys, wy), totalsOf(columns, xs, wx)]
    this.totals = Float64Array.from(
      [...tz].flatMap((z) => [...ty].flatMap((y) => Array.from(tx, (own) => z * y * own))),
    )
  }

  /** x [S, 1, h, w] at a patch, [1, 1, D, H, W]; the last slice goes on beyond the stack's end. */
  cut(x: Tensor, place: PatchCorner): Tensor {
    const part = tensor([1, 1, ...this.volume.patch])
    const [plane, width] = [this.plane, this.volume.patch[2]]
    for (const { slice, inPatch, inSlice } of this.rowsOf(place)) {
      const from = slice * plane + inSlice
      part.data.set(x.data.subarray(from, from + width), inPatch)
    }
    return part
  }

  /** gradient [S, 1, h, w] += that of a patch: the transpose of `cut`. */
  give(gradient: Tensor, part: Tensor, place: PatchCorner): void {
    const [plane, width] = [this.plane, this.volume.patch[2]]
    for (const { slice, inPatch, inSlice } of this.rowsOf(place)) {
      const to = slice * plane + inSlice
      addRow(gradient.data, to, part.data, inPatch, width)
    }
  }

  /** sums [S, K, h, w] += w ⊙ a patch's logits [1, K, D, H, W]. */
  add(sums: Tensor, logits: Tensor, place: PatchCorner): void {
    const alongRow = this.weights[2]
    for (const row of this.voxelRows(extentOf(logits.shape, 1), place))
      addWeighed(sums.data, logits.data, alongRow, row)
  }

  /**
   * w ⊙ values [S, K, h, w] at a patch, [1, K, D, H, W], 0 beyond the stack's end: the transpose of `add`.
   */
  weighed(values: Tensor, place: PatchCorner): Tensor {
    const channels = extentOf(values.shape, 1)
    const part = tensor([1, channels, ...this.volume.patch])
    const alongRow = this.weights[2]
    for (const row of this.voxelRows(channels, place)) weighRow(part.data, values.data, alongRow, row)
    return part
  }

  /** values [S, K, h, w] / Σ_p w_p */
  divided({ shape, data }: Tensor): Tensor {
    const [plane, ofSlice] = [this.plane, extentOf(shape, 1) * this.plane]
    return tensor(shape, dividedByTotals(data, this.totals, plane, ofSlice))
  }

  private get plane(): number {
    return this.size[0] * this.size[1]
  }

  private *rowsOf([z0, y0, x0]: PatchCorner): Generator<PatchRow> {
    const [depth, height, width] = this.volume.patch
    const [wz, wy] = this.weights
    for (let z = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        yield {
          weight: entry(wz, z) * entry(wy, y),
          slice: Math.min(z0 + z, this.slices - 1),
          isBeyond: z0 + z >= this.slices,
          inPatch: (z * height + y) * width,
          inSlice: (y0 + y) * this.size[1] + x0,
        }
  }

  /** Rows within the stack, channel by channel: where they begin in [S, K, h, w] and in [K, D, H, W]. */
  private *voxelRows(channels: number, place: PatchCorner) {
    const block = this.volume.patch.reduce((product, extent) => product * extent, 1)
    for (const { weight, slice, isBeyond, inPatch, inSlice } of this.rowsOf(place))
      for (let k = 0; k < channels && !isBeyond; k++)
        yield { weight, inStack: (slice * channels + k) * this.plane + inSlice, inPatch: k * block + inPatch }
  }
}

import { RadversaryError } from '../errors.ts'
import { axisWeights, transposeWeights, type AxisWeights, type Interpolation } from './axis-weights.ts'
import { imageBatchExtents } from './image-batch.ts'
import { tensor, type Tensor } from './tensor.ts'

/** Rows and columns, in this order. */
export type ImageSize = readonly [rows: number, columns: number]

/** Resampling of images from one size to another: a linear map and its exact transpose. */
export interface Resampler {
  /** [N, C, from] to [N, C, to]. */
  apply(x: Tensor): Tensor
  /** Aᵀ: [N, C, to] to [N, C, from]. */
  adjoint(cotangent: Tensor): Tensor
}

/**
 * Separable resampling (see `Interpolation` for whose). The weights are computed once; every batch and channel count may then pass.
 * `apply` and `adjoint` throw `tensor-invalid` for images of another size.
 */
export function createResampler(from: ImageSize, to: ImageSize, interpolation: Interpolation): Resampler {
  const rows = axisWeights(from[0], to[0], interpolation)
  const columns = axisWeights(from[1], to[1], interpolation)
  const rowsTransposed = transposeWeights(rows)
  const columnsTransposed = transposeWeights(columns)
  return {
    apply: (x) => combine(x, rows, columns),
    adjoint: (cotangent) => combine(cotangent, rowsTransposed, columnsTransposed),
  }
}

/** rows · X · columnsᵀ for every plane X. */
function combine(x: Tensor, rows: AxisWeights, columns: AxisWeights): Tensor {
  const extents = imageBatchExtents(x, 'Resample')
  if (extents.rows !== rows.inputs || extents.columns !== columns.inputs)
    throw new RadversaryError(
      'tensor-invalid',
      `Resample: expected images of ${rows.inputs}x${columns.inputs}, got ${extents.rows}x${extents.columns}`,
    )
  const planes = extents.count * extents.channels
  const out = tensor([extents.count, extents.channels, rows.outputs, columns.outputs])
  const narrow = new Float64Array(rows.inputs * columns.outputs)
  for (let plane = 0; plane < planes; plane++) {
    combineColumns(x.data.subarray(plane * rows.inputs * columns.inputs), columns, rows.inputs, narrow)
    combineRows(narrow, rows, columns.outputs, out.data.subarray(plane * rows.outputs * columns.outputs))
  }
  return out
}

function combineColumns(plane: Float32Array, table: AxisWeights, rows: number, out: Float64Array): void {
  const { inputs, outputs, starts, offsets, weights } = table
  for (let i = 0; i < outputs; i++) {
    const begin = offsets[i] ?? 0
    const end = offsets[i + 1] ?? 0
    for (let row = 0; row < rows; row++) {
      const first = row * inputs + (starts[i] ?? 0) - begin
      let sum = 0
      for (let at = begin; at < end; at++) sum += (weights[at] ?? 0) * (plane[first + at] ?? 0)
      out[row * outputs + i] = sum
    }
  }
}

function combineRows(plane: Float64Array, table: AxisWeights, columns: number, out: Float32Array): void {
  const { outputs, starts, offsets, weights } = table
  const line = new Float64Array(columns)
  for (let i = 0; i < outputs; i++) {
    line.fill(0)
    const begin = offsets[i] ?? 0
    for (let at = begin; at < (offsets[i + 1] ?? 0); at++) {
      const weight = weights[at] ?? 0
      const first = ((starts[i] ?? 0) + at - begin) * columns
      for (let v = 0; v < columns; v++) line[v] = (line[v] ?? 0) + weight * (plane[first + v] ?? 0)
    }
    out.set(line, i * columns)
  }
}

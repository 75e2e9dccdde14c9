import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { type AxisWeights, combineColumns, combineRows, transposeWeights } from '../math/resample.ts'
import { imageBatchExtents, type ImageBatchExtents } from './image-batch.ts'
import { type AxisKernel, axisWeights, type Interpolation } from './interpolation.ts'
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
 * Separable resampling (see `Interpolation` for whose). The weights are computed once; every batch and
 * channel count may then pass. `apply` and `adjoint` throw `tensor-invalid` for images of another size.
 */
export function createResampler(from: ImageSize, to: ImageSize, interpolation: Interpolation): Resampler {
  const kernel = axisKernel(from, to, interpolation)
  const rows = axisWeights(from[0], to[0], kernel)
  const columns = axisWeights(from[1], to[1], kernel)
  const rowsTransposed = transposeWeights(rows)
  const columnsTransposed = transposeWeights(columns)
  return {
    apply: (x) => combine(x, rows, columns),
    adjoint: (cotangent) => combine(cotangent, rowsTransposed, columnsTransposed),
  }
}

/** One axis that grows makes OpenCV's INTER_AREA another thing along all. */
export function axisKernel(
  from: readonly number[],
  to: readonly number[],
  interpolation: Interpolation,
): AxisKernel {
  const grows = to.some((extent, axis) => extent > entry(from, axis))
  return interpolation === 'area' && grows ? 'area-growing' : interpolation
}

/**
 * rows · X · columnsᵀ for every plane X, one row of the result after the other: its weighted sum of X's rows
 * is one line, which stays in the processor's nearest cache until the line's own columns are combined.
 */
function combine(x: Tensor, rows: AxisWeights, columns: AxisWeights): Tensor {
  const extents = extentsOfSize(x, [rows.inputs, columns.inputs])
  const out = tensor([extents.count, extents.channels, rows.outputs, columns.outputs])
  const line = new Float64Array(columns.inputs)
  for (let plane = 0; plane < extents.count * extents.channels; plane++)
    for (let row = 0; row < rows.outputs; row++) {
      combineRows(x.data, plane * rows.inputs, rows, row, line)
      combineColumns(line, columns, out.data, (plane * rows.outputs + row) * columns.outputs)
    }
  return out
}

/** The extents of `x`; throws `tensor-invalid` unless it is a batch of images of `size`. */
export function extentsOfSize(x: Tensor, size: ImageSize): ImageBatchExtents {
  const extents = imageBatchExtents(x, 'Resample')
  if (extents.rows !== size[0] || extents.columns !== size[1])
    throw new RadversaryError(
      'tensor-invalid',
      `Resample: expected images of ${size.join('x')}, got ${extents.rows}x${extents.columns}`,
    )
  return extents
}

import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { type AxisWeights, resamplePlane, transposeWeights } from '../math/resample.ts'
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
  return separableMap(axisWeights(from[0], to[0], kernel), axisWeights(from[1], to[1], kernel))
}

/**
 * The linear map of images by one matrix along the rows' index and one along the columns', with its
 * transpose.
 */
export function separableMap(rows: AxisWeights, columns: AxisWeights): Resampler {
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

/** rows · X · columnsᵀ for every plane X. */
function combine(x: Tensor, rows: AxisWeights, columns: AxisWeights): Tensor {
  const { count, channels } = extentsOfSize(x, [rows.inputs, columns.inputs])
  const out = tensor([count, channels, rows.outputs, columns.outputs])
  for (let plane = 0; plane < count * channels; plane++)
    resamplePlane(x.data, out.data, plane, { rows, columns })
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

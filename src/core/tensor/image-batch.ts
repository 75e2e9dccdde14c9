import { RadversaryError } from '../errors.ts'
import { extents4, type Tensor } from './tensor.ts'

/** Extents of a batch of images [N, C, H, W]. */
export interface ImageBatchExtents {
  readonly count: number
  readonly channels: number
  readonly rows: number
  readonly columns: number
}

/** The extents of `x`; throws `tensor-invalid` naming `operation` when x is not [N, C, H, W]. */
export function imageBatchExtents(x: Tensor, operation: string): ImageBatchExtents {
  const [count, channels, rows, columns, ...more] = x.shape
  if (
    count === undefined ||
    channels === undefined ||
    rows === undefined ||
    columns === undefined ||
    more.length > 0
  )
    throw new RadversaryError(
      'tensor-invalid',
      `${operation}: expected an image batch [N, C, H, W], got [${x.shape.join(', ')}]`,
    )
  return { count, channels, rows, columns }
}

/** Plane `index` of a batch [N, C, H, W], counted through its images; a view. */
export function planeOf({ shape, data }: Tensor, index: number): Float32Array {
  const [, , rows, columns] = extents4(shape)
  return data.subarray(index * rows * columns, (index + 1) * rows * columns)
}

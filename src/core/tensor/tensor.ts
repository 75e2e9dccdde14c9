import { RadversaryError } from '../errors.ts'

/** Extents in C order, outermost first, e.g. [N, C, H, W]. */
export type Shape = readonly number[]

/**
 * A dense float32 array in C order. The data is owned by whoever made it; functions return new tensors unless
 * they say otherwise.
 */
export interface Tensor {
  readonly shape: Shape
  readonly data: Float32Array
}

/** (2 − 2⁻²³)·2¹²⁷ */
export const largestFloat32 = 3.4028234663852886e38

/** Number of elements of a shape; 1 for a scalar's []. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/**
 * The extent of an axis, counted from the end where it is negative. Throws `tensor-invalid` for another rank.
 */
export function extentOf(shape: Shape, axis: number): number {
  const found = shape.at(axis)
  if (found === undefined)
    throw new RadversaryError(
      'tensor-invalid',
      `Tensor: expected an axis ${axis}, got shape [${shape.join(', ')}]`,
    )
  return found
}

/** The four extents of a shape; throws `tensor-invalid` naming `operation` for another rank. */
export function extents4(shape: Shape, operation = 'Tensor'): [number, number, number, number] {
  const [a, b, c, d] = shape
  if (a !== undefined && b !== undefined && c !== undefined && d !== undefined && shape.length === 4)
    return [a, b, c, d]
  throw new RadversaryError(
    'tensor-invalid',
    `${operation}: expected a shape of 4 extents, got [${shape.join(', ')}]`,
  )
}

/** A tensor over `data`, or of zeros. Throws `tensor-invalid` when the length does not fit the shape. */
export function tensor(shape: Shape, data: Float32Array = new Float32Array(sizeOf(shape))): Tensor {
  if (data.length !== sizeOf(shape))
    throw new RadversaryError(
      'tensor-invalid',
      `Tensor: expected ${sizeOf(shape)} values for shape [${shape.join(', ')}], got ${data.length}`,
    )
  return { shape, data }
}

/** Sample `index` of a batch [N, ...] as [1, ...]; a view, not a copy. */
export function sampleOf(batch: Tensor, index: number): Tensor {
  const [count, rest] = [extentOf(batch.shape, 0), batch.shape.slice(1)]
  if (index < 0 || index >= count)
    throw new RadversaryError('tensor-invalid', `Tensor: expected a sample below ${count}, got ${index}`)
  const size = sizeOf(rest)
  return { shape: [1, ...rest], data: batch.data.subarray(index * size, (index + 1) * size) }
}

/** Samples `from` to `to` − 1 of a batch [N, ...]; a view, not a copy. */
export function samplesOf({ shape, data }: Tensor, from: number, to: number): Tensor {
  const size = sizeOf(shape.slice(1))
  return tensor([to - from, ...shape.slice(1)], data.subarray(from * size, to * size))
}

/** Batches [n_i, ...] of one sample shape joined along the first axis. */
export function concatenate(batches: readonly Tensor[]): Tensor {
  const first = batches[0]
  if (first === undefined)
    throw new RadversaryError('tensor-invalid', 'Tensor: expected at least one tensor to join')
  const [, ...rest] = first.shape
  const count = batches.reduce((sum, batch) => sum + extentOf(batch.shape, 0), 0)
  const joined = tensor([count, ...rest])
  let offset = 0
  for (const batch of batches) {
    if (batch.shape.slice(1).join() !== rest.join())
      throw new RadversaryError(
        'tensor-invalid',
        `Tensor: expected samples of [${rest.join(', ')}], got [${batch.shape.slice(1).join(', ')}]`,
      )
    joined.data.set(batch.data, offset)
    offset += batch.data.length
  }
  return joined
}

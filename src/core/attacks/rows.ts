import { extentOf, type Tensor } from '../tensor/tensor.ts'

/** Sample `sample` of a batch [N, ...] as numbers; a view. */
export function rowOf({ shape, data }: Tensor, sample: number): Float32Array {
  const size = data.length / extentOf(shape, 0)
  return data.subarray(sample * size, (sample + 1) * size)
}

/** Whether two rows hold the same numbers. */
export function sameNumbers(a: Float32Array, b: Float32Array): boolean {
  return a === b || a.every((value, i) => value === b[i])
}

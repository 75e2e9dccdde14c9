import { swapBytes, type Numbers } from '../../core/math/pictures.ts'

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const

/** Types of numbers in files. */
export type NumberType = keyof typeof arrays

export function bytesOf(type: NumberType): number {
  return arrays[type].BYTES_PER_ELEMENT
}

/** Bytes as numbers, copied; whole numbers of 64 bits as floats, exact up to 2^53. */
export function numbersIn(bytes: Uint8Array, type: NumberType, littleEndian: boolean): Numbers {
  const own = new Uint8Array(bytes)
  if (!littleEndian) swapBytes(own, bytesOf(type))
  const numbers = new arrays[type](own.buffer)
  return numbers instanceof BigInt64Array || numbers instanceof BigUint64Array
    ? Float64Array.from(numbers, Number)
    : numbers
}

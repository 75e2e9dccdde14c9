import { RadversaryError } from '../errors.ts'
import { type Shape, sizeOf } from '../tensor/tensor.ts'
import { type DataType, elementBytes } from './data-type.ts'

const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** IEEE 754 binary16 to float32, exactly. */
function float32FromFloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, float16Value)
}

/** bfloat16 (the upper half of a float32) to float32, exactly. */
function float32FromBfloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    bits[0] = half << 16
    return value[0] ?? 0
  })
}

function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Where a tensor's bytes lie, when they are in a file beside the model (ONNX external data). */
export interface ExternalData {
  /** Relative to the model's folder, with forward slashes. */
  readonly location: string
  readonly offset: number
  readonly length: number | undefined
}

/** A constant of a graph. The elements are decoded only when somebody asks for them. */
export interface OnnxTensor {
  readonly dataType: DataType
  readonly shape: Shape
  /**
   * Little-endian elements in C order, often a view into the model's file; empty when `external` is given.
   */
  readonly raw: Uint8Array
  readonly external?: ExternalData
}

/** A float32 constant over `values`; the bytes are shared, not copied. */
export function float32Tensor(shape: Shape, values: Float32Array | readonly number[]): OnnxTensor {
  return checked({
    dataType: 'float32',
    shape,
    raw: bytesOf(values instanceof Float32Array ? values : Float32Array.from(values)),
  })
}

/** An int64 constant: shapes, axes, indices. */
export function int64Tensor(shape: Shape, values: readonly number[]): OnnxTensor {
  return checked({ dataType: 'int64', shape, raw: bytesOf(BigInt64Array.from(values, saturatedInt64)) })
}

/** A bool constant, one byte an element. */
export function boolTensor(shape: Shape, values: readonly boolean[]): OnnxTensor {
  return checked({ dataType: 'bool', shape, raw: Uint8Array.from(values, Number) })
}

/**
 * The elements of a floating tensor as float32 (float16 and bfloat16 exactly, float64 rounded). A view where
 * bytes and alignment allow.
 */
export function floatValues(tensor: OnnxTensor): Float32Array {
  switch (tensor.dataType) {
    case 'float32':
      return new Float32Array(...aligned(tensor.raw, 4))
    case 'float64':
      return Float32Array.from(new Float64Array(...aligned(tensor.raw, 8)))
    case 'float16':
      return float32FromFloat16(new Uint16Array(...aligned(tensor.raw, 2)))
    case 'bfloat16':
      return float32FromBfloat16(new Uint16Array(...aligned(tensor.raw, 2)))
    default:
      throw new RadversaryError(
        'model-unsupported',
        `Tensor: expected floating-point elements, got ${tensor.dataType}`,
      )
  }
}

/**
 * The elements of a floating, integer or bool tensor as numbers; meant for short ones (axes, shapes, scales).
 */
export function numericValues(tensor: OnnxTensor): number[] {
  const { dataType, raw } = tensor
  switch (dataType) {
    case 'int64':
      return Array.from(new BigInt64Array(...aligned(raw, 8)), Number)
    case 'uint64':
      return Array.from(new BigUint64Array(...aligned(raw, 8)), Number)
    case 'int32':
      return Array.from(new Int32Array(...aligned(raw, 4)))
    case 'uint32':
      return Array.from(new Uint32Array(...aligned(raw, 4)))
    case 'int16':
      return Array.from(new Int16Array(...aligned(raw, 2)))
    case 'uint16':
      return Array.from(new Uint16Array(...aligned(raw, 2)))
    case 'int8':
      return Array.from(new Int8Array(...aligned(raw, 1)))
    case 'uint8':
    case 'bool':
      return Array.from(raw)
    default:
      return Array.from(floatValues(tensor))
  }
}

/** Numbers of any type as float32, rounded where that is coarser; meant for weights. */
export function numbersAsFloats(tensor: OnnxTensor): Float32Array {
  switch (tensor.dataType) {
    case 'int8':
      return Float32Array.from(new Int8Array(...aligned(tensor.raw, 1)))
    case 'uint8':
      return Float32Array.from(tensor.raw)
    case 'int32':
      return Float32Array.from(new Int32Array(...aligned(tensor.raw, 4)))
    default:
      return Float32Array.from(numericValues(tensor))
  }
}

/** The bytes under a typed array, shared. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** ONNX integers are int64; JavaScript's 2^63 can only stand for INT64_MAX. */
export function saturatedInt64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value)
}

/** Throws `model-unreadable` when the bytes don't fit the shape. */
export function checked(tensor: OnnxTensor, name = ''): OnnxTensor {
  const expected = sizeOf(tensor.shape) * elementBytes(tensor.dataType)
  if (tensor.external === undefined && tensor.raw.byteLength !== expected)
    throw new RadversaryError(
      'model-unreadable',
      `Tensor '${name}': expected ${expected} bytes for ${tensor.dataType} [${tensor.shape.join(', ')}], got ${tensor.raw.byteLength}`,
    )
  return tensor
}

/**
 * Arguments of a typed array's constructor over `raw`, copied only when its offset is not a multiple of the
 * element's size.
 */
function aligned(raw: Uint8Array, size: number): [ArrayBufferLike, number, number] {
  const source = raw.byteOffset % size === 0 ? raw : raw.slice()
  return [source.buffer, source.byteOffset, source.byteLength / size]
}

import { RadversaryError } from '../errors.ts'

/**
 * Element types of ONNX TensorProto.DataType, at the index that is their number there (ONNX IR
 * specification).
 */
const names = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
] as const

/** Name of an ONNX element type, e.g. 'float32' for TensorProto.FLOAT. */
export type DataType = (typeof names)[number]

const bytesPerElement: Readonly<Record<DataType, number>> = {
  undefined: 0,
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  string: 0,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  complex64: 8,
  complex128: 16,
  bfloat16: 2,
}

/** Bytes of one element in TensorProto.raw_data; 0 for strings, which have no fixed size. */
export function elementBytes(dataType: DataType): number {
  return bytesPerElement[dataType]
}

/** Throws `model-unsupported` for the 8-bit and 4-bit floats and integers of quantised models. */
export function dataTypeOf(code: number): DataType {
  const name = names[code]
  if (name === undefined)
    throw new RadversaryError(
      'model-unsupported',
      `TensorProto: expected an element type up to bfloat16, got number ${code}`,
      {
        tip: 'Export the model in float32; quantised models have no useful gradients.',
      },
    )
  return name
}

/** The number of an element type in TensorProto.DataType, e.g. 1 for float32. */
export function dataTypeCode(dataType: DataType): number {
  return names.indexOf(dataType)
}

/** Whether a gradient can flow through values of this type. */
export function isFloating(dataType: DataType): boolean {
  return dataType === 'float32' || dataType === 'float64' || dataType === 'float16' || dataType === 'bfloat16'
}

/** Whether values of this type are real numbers; of an unknown type they may be. */
export function isNumeric(dataType: DataType | null): boolean {
  return dataType === null || isFloating(dataType) || /^u?int\d+$/.test(dataType)
}

import { RadversaryError } from '../errors.ts'
import { dataTypeCode, dataTypeOf, type DataType } from './data-type.ts'
import { bytesOf, checked, type ExternalData, type OnnxTensor } from './onnx-tensor.ts'
import type { Int64, TensorProto } from './proto.ts'

/** TensorProto.DataLocation.EXTERNAL */
const external = 1

/**
 * A tensor over the message's bytes: raw_data is not copied, the typed fields (float_data, …) become bytes.
 */
export function decodeTensor(message: TensorProto): OnnxTensor {
  const dataType = dataTypeOf(message.dataType)
  const shape = message.dims.map(Number)
  if (message.dataLocation === external)
    return { dataType, shape, raw: new Uint8Array(), external: externalData(message) }
  const raw = message.rawData.byteLength > 0 ? bytesOf(message.rawData) : bytesOfTypedField(message, dataType)
  return checked({ dataType, shape, raw }, message.name)
}

/** The message of a tensor, always with raw_data. */
export function encodeTensor(name: string, tensor: OnnxTensor): TensorProto {
  if (tensor.external !== undefined)
    throw new RadversaryError(
      'model-unreadable',
      `Tensor '${name}': expected its data, which is in '${tensor.external.location}'`,
    )
  return { ...describe(name, tensor), rawData: tensor.raw } as TensorProto
}

/** The message of a tensor whose elements are all of the external data at `location`. */
export function encodeApart(name: string, tensor: OnnxTensor, location: string): TensorProto {
  const entries = { location, offset: '0', length: String(tensor.raw.byteLength) }
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }))
  return { ...describe(name, tensor), dataLocation: external, externalData } as TensorProto
}

function describe(name: string, { shape, dataType }: OnnxTensor): Partial<TensorProto> {
  return { name, dims: [...shape], dataType: dataTypeCode(dataType) }
}

function externalData(message: TensorProto): ExternalData {
  const entries = new Map(message.externalData.map(({ key, value }) => [key, value]))
  const length = entries.get('length')
  return {
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  }
}

/** onnx.proto: which typed field holds which element type when raw_data is absent. */
function bytesOfTypedField(message: TensorProto, dataType: DataType): Uint8Array {
  switch (dataType) {
    case 'float32':
    case 'complex64':
      return bytesOf(Float32Array.from(message.floatData))
    case 'float64':
    case 'complex128':
      return bytesOf(Float64Array.from(message.doubleData))
    case 'int64':
      return bytesOf(BigInt64Array.from(message.int64Data, toBigInt))
    case 'uint64':
    case 'uint32':
      return bytesOfUnsigned(message.uint64Data, dataType)
    case 'int32':
      return bytesOf(Int32Array.from(message.int32Data))
    case 'uint16':
    case 'int16':
    case 'float16':
    case 'bfloat16':
      return bytesOf(Uint16Array.from(message.int32Data))
    case 'uint8':
    case 'int8':
    case 'bool':
      return Uint8Array.from(message.int32Data)
    default:
      throw new RadversaryError(
        'model-unsupported',
        `Tensor '${message.name}': expected numbers, got ${dataType} elements`,
      )
  }
}

function bytesOfUnsigned(values: readonly Int64[], dataType: 'uint32' | 'uint64'): Uint8Array {
  return bytesOf(
    dataType === 'uint64' ? BigUint64Array.from(values, toBigInt) : Uint32Array.from(values, Number),
  )
}

function toBigInt(value: Int64): bigint {
  return BigInt(value.toString())
}

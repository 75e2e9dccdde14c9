import { Tensor as OrtTensor } from 'onnxruntime-node'
import { RadversaryError } from '../../core/errors.ts'
import type { RuntimeDataType, RuntimeFeeds, RuntimeTensor } from '../../core/model/runtime.ts'

const dataTypes: readonly string[] = [
  'float32',
  'float64',
  'int64',
  'int32',
  'uint8',
  'int8',
  'bool',
] satisfies RuntimeDataType[]

/** Tensors for ONNX Runtime over the same memory; throws `tensor-invalid` when data and shape disagree. */
export function toOrtFeeds(feeds: RuntimeFeeds): Record<string, OrtTensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrtTensor(name, tensor)]))
}

function toOrtTensor(name: string, { dataType, data, shape }: RuntimeTensor): OrtTensor {
  try {
    return new OrtTensor(dataType, data, shape)
  } catch (cause) {
    const found = `${data.length} values for shape [${shape.join(', ')}]`
    throw new RadversaryError(
      'tensor-invalid',
      `Input '${name}': expected a ${dataType} tensor, got ${found}`,
      { cause },
    )
  }
}

/**
 * ONNX Runtime's results as ours, over the same memory; throws `model-unsupported` for element types that
 * never cross the border.
 */
export function fromOrtResults(results: Readonly<Record<string, OrtTensor>>): RuntimeFeeds {
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, fromOrtTensor(name, tensor)]),
  )
}

function fromOrtTensor(name: string, tensor: OrtTensor): RuntimeTensor {
  if (!dataTypes.includes(tensor.type))
    throw new RadversaryError(
      'model-unsupported',
      `Output '${name}': expected ${dataTypes.join(', ')}, got ${tensor.type}`,
      {
        tip: 'Export the model with float32 outputs.',
      },
    )
  return { dataType: tensor.type, shape: tensor.dims, data: tensor.data } as RuntimeTensor
}

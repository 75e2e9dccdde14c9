import { Tensor as OrtTensor } from 'onnxruntime-node'
import { type ErrorCode, RadversaryError } from '../../core/errors.ts'
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

/**
 * What ONNX Runtime's messages say about a model that it won't load; the binding gives no codes, only text.
 * The first match decides.
 */
const kinds: readonly { readonly pattern: RegExp; readonly code: ErrorCode; readonly tip: string }[] = [
  {
    pattern: /no op registered|is not a registered|could not find an implementation/i,
    code: 'model-unsupported',
    tip: "Export the model with operators that ONNX Runtime has: ONNX's own of opset 11 to 20, in float32; libraries of custom operators are not loaded.",
  },
  {
    pattern: /not implemented|unsupported|is under development/i,
    code: 'model-unsupported',
    tip: 'Export the model again with opset 11 to 20 in float32, or try another device.',
  },
  {
    pattern:
      /protobuf|model data pointer is null|no graph was found|invalid model|external data|type error|inferenceerror/i,
    code: 'model-unreadable',
    tip: 'Check that the file is a complete .onnx file (and lies beside its external data), e.g. by exporting it again.',
  },
]

/**
 * A session that could not be made: `model-unsupported`, `model-unreadable` or, when the model is not to
 * blame, `runtime-failed`.
 */
export function loadError(operation: string, device: string, cause: unknown): RadversaryError {
  const message = cleanOrtMessage(cause)
  const kind = kinds.find(({ pattern }) => pattern.test(message))
  return new RadversaryError(kind?.code ?? 'runtime-failed', `${operation} on ${device}: ${message}`, {
    tip: kind?.tip,
    cause,
  })
}

/** A run that failed: `runtime-failed`. */
export function runError(device: string, cause: unknown): RadversaryError {
  return new RadversaryError('runtime-failed', `Run on ${device}: ${cleanOrtMessage(cause)}`, { cause })
}

/**
 * The message of an ONNX Runtime fault on one line, without its source position, the C++ function and
 * condition there, and colours.
 */
export function cleanOrtMessage(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause))
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /g, '')
    .replace(/\S+\.(?:cc|h|cpp|hpp):\d+ (?:.*? was false\. |.*?\)(?: const)? (?=[A-Z]))?/gs, '')
    .replace(/no available backend found\. ERR: /g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

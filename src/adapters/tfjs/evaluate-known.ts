import { internalError, RadversaryError } from '../../core/errors.ts'
import type { Traced, TracedData } from '../../core/tfjs/trace/traced.ts'
import { tf } from './tensorflow.ts'

/** Kernels that repeat values, and the attribute that says how often. */
const repeating: Readonly<Record<string, string>> = { Tile: 'reps', Fill: 'shape', BroadcastTo: 'shape' }

/**
 * A kernel's results on values that are known: TensorFlow.js's own CPU kernel computes them. What would be
 * repeated for every sample of the batch stays one, which broadcasts.
 */
export function evaluateKnown(
  kernel: string,
  inputs: Readonly<Record<string, Traced>>,
  given: tf.NamedAttrMap,
  batch: number,
): Traced | Traced[] {
  const cpu = tf.findBackend('cpu')
  const own = tf.getKernel(kernel, 'cpu')
  const attrs = withoutBatch(given, repeating[kernel], batch)
  const written = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, write(cpu, value)]))
  // Kernels of any number of inputs take a list.
  const isList = Object.keys(written).every((name, index) => name === String(index))
  const list = Object.values(written) as unknown as tf.NamedTensorInfoMap
  const results = own.kernelFunc({ inputs: isList ? list : written, attrs, backend: cpu })
  return Array.isArray(results)
    ? results.map((result) => forAnyBatch(kernel, read(cpu, result), batch))
    : forAnyBatch(kernel, read(cpu, results), batch)
}

/**
 * @throws RadversaryError model-unsupported for a constant that has something of its own for each sample,
 * such as its number
 */
function forAnyBatch(kernel: string, result: Traced, batch: number): Traced {
  if (!result.shape.some((extent) => extent > 0 && extent % batch === 0)) return result
  throw new RadversaryError(
    'model-unsupported',
    `TensorFlow.js ${kernel}: its result depends on how many images there are, which can't be said in ONNX`,
  )
}

function withoutBatch(attrs: tf.NamedAttrMap, name: string | undefined, batch: number): tf.NamedAttrMap {
  const values: unknown = name === undefined ? undefined : attrs[name]
  if (name === undefined || !Array.isArray(values)) return attrs
  return { ...attrs, [name]: values.map((value: number) => (value === batch ? 1 : value)) }
}

function write(cpu: tf.KernelBackend, { shape, dtype, at }: Traced): tf.TensorInfo {
  if (at.kind !== 'known') throw internalError('a value that is not known was to be computed with')
  return { dataId: cpu.write(at.data, [...shape], dtype), shape: [...shape], dtype }
}

function read(cpu: tf.KernelBackend, { dataId, shape, dtype }: tf.TensorInfo): Traced {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw internalError(`a kernel gave ${dtype}`)
  const data = (cpu.readSync(dataId) as TracedData).slice()
  return { shape, dtype, at: { kind: 'known', data } }
}

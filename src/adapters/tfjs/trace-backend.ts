import { internalError, RadversaryError } from '../../core/errors.ts'
import { kernelRules } from '../../core/tfjs/trace/kernel-rules.ts'
import { kernelAttributes, type KernelRule } from '../../core/tfjs/trace/rule.ts'
import type { TraceGraph } from '../../core/tfjs/trace/trace-graph.ts'
import { isKnown, type Traced, type TracedData, type TracedType } from '../../core/tfjs/trace/traced.ts'
import { tf } from './tensorflow.ts'

/** Kernels that repeat values, and the attribute that says how often. */
const repeating: Readonly<Record<string, string>> = { Tile: 'reps', Fill: 'shape', BroadcastTo: 'shape' }

/**
 * A kernel's results on values that are known: TensorFlow.js's own CPU kernel computes them. What would be
 * repeated for every sample of the batch stays one, which broadcasts.
 */
function evaluateKnown(
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

export const traceBackendName = 'radversary-trace'

/**
 * A backend of TensorFlow.js that computes nothing: every kernel that is called on the model's input adds its
 * nodes to an ONNX graph, and what depends on weights alone is worked out at once. So whatever the library
 * makes of layers and graph operations is what is converted.
 */
export class TraceBackend extends tf.KernelBackend {
  private readonly values = new Map<object, Traced>()

  constructor(readonly graph: TraceGraph) {
    super()
  }

  /** A tensor of the library for a value. */
  placed(value: Traced): tf.TensorInfo {
    const dataId = {}
    this.values.set(dataId, value)
    return { dataId, shape: [...value.shape], dtype: value.dtype }
  }

  tracedOf({ dataId, shape }: tf.TensorInfo): Traced {
    const value = this.values.get(dataId) ?? this.moved(dataId)
    // A reshape that the library makes by itself shares the data of weights.
    return isKnown(value) ? { ...value, shape } : value
  }

  private moved(dataId: object): Traced {
    tf.engine().moveData(this, dataId)
    const value = this.values.get(dataId)
    if (value === undefined)
      throw new RadversaryError('model-unsupported', 'TensorFlow.js model: expected weights, got none')
    return value
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {}
    this.move(dataId, values, shape, dtype)
    return dataId
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.values.set(dataId, {
      shape,
      dtype: typeOf(dtype),
      at: { kind: 'known', data: dataOf(values, dtype) },
    })
  }

  override readSync(dataId: object): tf.BackendValues {
    const value = this.values.get(dataId)
    if (value !== undefined && isKnown(value)) return value.at.data
    throw new RadversaryError(
      'model-unsupported',
      'TensorFlow.js model: its course depends on the values of the image',
    )
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId))
  }

  override disposeData(): boolean {
    return true
  }
  override numDataIds(): number {
    return this.values.size
  }
  override incRef(): void {
    // Nothing is freed before the trace ends.
  }
  decRef(): void {
    // As above.
  }
  override refCount(): number {
    return 1
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }
  override floatPrecision(): 32 {
    return 32
  }
  override epsilon(): number {
    return 1e-7
  }
  override timerAvailable(): boolean {
    return false
  }
  override dispose(): void {
    this.values.clear()
  }
}

function typeOf(dtype: tf.DataType): TracedType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new RadversaryError('model-unsupported', `TensorFlow.js model: expected numbers, got ${dtype}`)
}

function dataOf(values: tf.BackendValues, dtype: tf.DataType): TracedData {
  const numbers = values as ArrayLike<number>
  if (dtype === 'float32') return Float32Array.from(numbers)
  return dtype === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers)
}

let areKernelsRegistered = false

/** Every kernel that TensorFlow.js has, so that one that can't be converted is named. */
export function registerTraceKernels(): void {
  if (areKernelsRegistered) return
  areKernelsRegistered = true
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    tf.registerKernel({
      kernelName,
      backendName: traceBackendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        if (!(backend instanceof TraceBackend))
          throw internalError('a trace’s kernel was called by another backend')
        return called(kernelName, { inputs, attrs, backend })
      },
    })
}

interface Call {
  readonly inputs: tf.NamedTensorInfoMap
  readonly attrs: tf.NamedAttrMap | undefined
  readonly backend: TraceBackend
}

function called(kernel: string, { inputs, attrs = {}, backend }: Call): tf.TensorInfo | tf.TensorInfo[] {
  // Inputs that a call leaves out are named, but undefined.
  const traced = Object.fromEntries(
    Object.entries(inputs).flatMap(([name, tensor]) =>
      tensor ? [[name, backend.tracedOf(tensor)] as const] : [],
    ),
  )
  const known = Object.values(traced)
  const results = known.every(isKnown)
    ? evaluateKnown(kernel, traced, attrs, backend.graph.batch)
    : ruleOf(kernel)({
        graph: backend.graph,
        kernel,
        inputs: traced,
        attributes: kernelAttributes(kernel, attrs),
      })
  return Array.isArray(results) ? results.map((value) => backend.placed(value)) : backend.placed(results)
}

function ruleOf(kernel: string): KernelRule {
  const rule = (kernelRules as Readonly<Record<string, KernelRule>>)[kernel]
  if (rule !== undefined) return rule
  throw new RadversaryError(
    'model-unsupported',
    `TensorFlow.js ${kernel}: this operation can't be converted to ONNX`,
  )
}

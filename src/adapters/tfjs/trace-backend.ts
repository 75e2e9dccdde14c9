import { internalError, RadversaryError } from '../../core/errors.ts'
import { kernelAttributes } from '../../core/tfjs/trace/rule.ts'
import { kernelRules } from '../../core/tfjs/trace/kernel-rules.ts'
import type { KernelRule } from '../../core/tfjs/trace/rule.ts'
import type { TraceGraph } from '../../core/tfjs/trace/trace-graph.ts'
import { isKnown, type Traced, type TracedData, type TracedType } from '../../core/tfjs/trace/traced.ts'
import { evaluateKnown } from './evaluate-known.ts'
import { tf } from './tensorflow.ts'

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

import { RadversaryError } from '../../core/errors.ts'
import type { OnnxModel } from '../../core/onnx/graph.ts'
import { TraceGraph } from '../../core/tfjs/trace/trace-graph.ts'
import { type LoadedModel, loadModel, type TfjsFiles } from './load-model.ts'
import { oneAtATime, tf } from './tensorflow.ts'
import { registerTraceKernels, TraceBackend, traceBackendName } from './trace-backend.ts'

/**
 * The batch while a model is traced: a prime larger than any extent, so that it differs from everything that
 * a shape is made of.
 */
const tracedBatch = 100_003

/**
 * A TensorFlow.js model as ONNX. Its input stays as it is, usually [N, H, W, C]; images among its outputs
 * leave as [N, C, H, W].
 * @param inputShape extents of one sample, for models whose input size is free or shall be another
 * @throws RadversaryError model-unsupported, naming the operation that can't be converted; model-unreadable
 */
export function convertModel(files: TfjsFiles, inputShape?: readonly number[]): Promise<OnnxModel> {
  return oneAtATime(async () => {
    await tf.setBackend('cpu')
    const loaded = await loadModel(files, inputShape)
    const graph = new TraceGraph(tracedBatch)
    registerTraceKernels()
    const backend = new TraceBackend(graph)
    tf.registerBackend(traceBackendName, () => backend)
    try {
      await tf.setBackend(traceBackendName)
      trace(loaded, backend, sampleShape(loaded, inputShape, files.file))
      return graph.build()
    } catch (error) {
      throw namingFile(error, files.file)
    } finally {
      loaded.dispose()
      await tf.setBackend('cpu')
      tf.removeBackend(traceBackendName)
    }
  })
}

function trace({ input, outputs, run }: LoadedModel, backend: TraceBackend, shape: readonly number[]): void {
  const { graph } = backend
  tf.tidy(() => {
    const placed = backend.placed(graph.input(input.name, [graph.batch, ...shape]))
    const x = tf.engine().makeTensorFromTensorInfo(placed)
    run(x).forEach((output, index) => {
      graph.output(backend.tracedOf(output), outputs[index] ?? `output ${index}`)
    })
  })
}

function sampleShape({ input }: LoadedModel, given: readonly number[] | undefined, file: string): number[] {
  const declared = input.shape.slice(1)
  const asked = given?.length === declared.length ? given : undefined
  const shape = declared.map((extent, axis) => asked?.[axis] ?? extent)
  if (shape.length > 0 && shape.every((extent) => extent !== null)) return shape
  throw new RadversaryError(
    'model-unsupported',
    `TensorFlow.js model: expected an input of one size, got [${declared.map((extent) => extent ?? 'any').join(', ')}]`,
    {
      file,
      tip: 'Name the size in the model card: input.size and input.channels.',
    },
  )
}

/** What the library says while it is traced is of the model too. */
function namingFile(error: unknown, file: string): unknown {
  if (error instanceof RadversaryError) {
    if (error.file !== undefined || error.code === 'internal') return error
    return new RadversaryError(error.code, error.message, { tip: error.tip, file, cause: error.cause })
  }
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return new RadversaryError('model-unsupported', `TensorFlow.js model: ${said}`, { file, cause: error })
}

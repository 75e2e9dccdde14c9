import type { OutputActivation } from '../../core/autodiff/logits.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec, TensorSpec } from '../../core/model/ports.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import { useBackend, type TfjsBackend } from './backends.ts'
import { classesFirstShape } from './classes-first.ts'
import { loadModel, type LoadedModel, type TfjsFiles } from './load-model.ts'
import { logitsOf, type LogitsOf } from './logits.ts'
import { weightedLoss } from './losses.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { tf } from './tensorflow.ts'

export interface TfjsModelOptions {
  readonly files: TfjsFiles
  readonly backend: TfjsBackend
  /** Name or place; by default the only output. */
  readonly output?: string | number | undefined
  readonly activation?: OutputActivation
  /** Extents of one sample, for models whose input size is free or shall be another. */
  readonly inputShape?: readonly number[] | undefined
}

/**
 * A model run and differentiated by TensorFlow.js itself. Its input is as the file has it, usually [N, H, W, C]; dense outputs are
 * [N, K, H, W]. Throws `model-unreadable`, `model-unsupported` (operations without a gradient when a gradient is asked for),
 * `runtime-failed` for a backend that can't be started.
 */
export function createTfjsModel(options: TfjsModelOptions): Promise<DifferentiableModel> {
  const { files, backend, inputShape } = options
  return oneAtATime(async () => {
    await useBackend(backend)
    const loaded = await loadModel(files, inputShape)
    const index = outputIndex(loaded, options)
    return differentiable(loaded, logitsOf(loaded, files, index, options.activation ?? 'detect'), options, index)
  })
}

function differentiable(
  loaded: LoadedModel,
  logits: LogitsOf,
  { files, backend }: TfjsModelOptions,
  index: number,
): DifferentiableModel {
  const withBackend = <T>(work: () => T): Promise<T> =>
    oneAtATime(async () => {
      await useBackend(backend)
      return inScope(work, files.file)
    })
  const free = (shape: readonly (number | null)[]) => shape.map((extent, axis) => (axis === 0 ? null : extent))
  const input: TensorSpec = { name: loaded.input.name, shape: free(loaded.input.shape) }
  return {
    input,
    output: { name: loaded.outputs[index] ?? 'output', shape: free(classesFirstShape(loaded.outputShapes[index] ?? [])) },
    predict: (x) => withBackend(() => read(logits(placed(x)))),
    lossAndGradient: (x, loss) => withBackend(() => gradientOf(logits, placed(x), loss)),
    dispose: () =>
      oneAtATime(async () => {
        await useBackend(backend)
        loaded.dispose()
      }),
  }
}

function gradientOf(logits: LogitsOf, x: tf.Tensor, loss: LossSpec): LossAndGradient {
  let z: tf.Tensor | undefined
  let losses: tf.Tensor | undefined
  const total = (image: tf.Tensor) => {
    z = tf.keep(logits(image))
    losses = tf.keep(weightedLoss(z, loss))
    return tf.sum(losses)
  }
  const gradient = read(tf.grad(total)(x))
  const result = {
    gradient,
    logits: z === undefined ? gradient : read(z),
    loss: losses === undefined ? gradient.data : read(losses).data,
  }
  tf.dispose([z, losses].filter((kept) => kept !== undefined))
  return result
}

/** Everything that `work` makes is freed when it ends. */
function inScope<T>(work: () => T, file: string): T {
  tf.engine().startScope()
  try {
    return work()
  } catch (cause) {
    throw explained(cause, file)
  } finally {
    tf.engine().endScope()
  }
}

function explained(cause: unknown, file: string): unknown {
  if (cause instanceof RadversaryError) return cause
  const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
  const [, withoutGradient] = /gradient function not found for (\w+)/.exec(said) ?? []
  const [, missing] = /Kernel '(\w+)' not registered/.exec(said) ?? []
  if (withoutGradient !== undefined)
    return new RadversaryError(
      'model-unsupported',
      `TensorFlow.js ${withoutGradient}: expected an operation with a gradient, got one without`,
      {
        ...{ file, cause },
        tip: 'Use the runtime onnx, where the model can be converted: it differentiates more operations.',
      },
    )
  if (missing !== undefined)
    return new RadversaryError('model-unsupported', `TensorFlow.js ${missing}: not there on this backend`, {
      ...{ file, cause },
      tip: 'Choose another backend, e.g. --backend cpu.',
    })
  return new RadversaryError('runtime-failed', `TensorFlow.js: ${said}`, { file, cause })
}

function placed({ shape, data }: Tensor): tf.Tensor {
  return tf.tensor(data, [...shape])
}

function read(tensor: tf.Tensor): Tensor {
  return { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) }
}

function outputIndex(
  { outputs }: LoadedModel,
  { files, output = outputs.length === 1 ? 0 : undefined }: TfjsModelOptions,
): number {
  const index = typeof output === 'string' ? outputs.indexOf(output) : (output ?? -1)
  if (index >= 0 && index < outputs.length) return index
  throw new RadversaryError(
    'model-unsupported',
    `TensorFlow.js model: expected one of the outputs ${outputs.join(', ')}, got ${output ?? 'none'}`,
    {
      file: files.file,
      tip: 'Name the output in the model card: output.name.',
    },
  )
}

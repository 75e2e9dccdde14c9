import type { OutputActivation } from '../../core/autodiff/logits.ts'
import type { CheckLogits } from '../../core/autodiff/onnx-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import { finite } from '../../core/model/finite.ts'
import { isRow } from '../../core/model/model-facts.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec, TensorSpec } from '../../core/model/ports.ts'
import { extentOf, type Tensor } from '../../core/tensor/tensor.ts'
import { type TfjsBackend, useBackend } from './backends.ts'
import { type LoadedModel, loadModel, type TfjsFiles } from './load-model.ts'
import { classesFirstShape, logitsOf, type LogitsOf } from './logits.ts'
import { weightedLoss } from './losses.ts'
import { oneAtATime, tf } from './tensorflow.ts'
import { throwWebgpuFault } from './webgpu.ts'

export interface TfjsModelOptions {
  readonly files: TfjsFiles
  readonly backend: TfjsBackend
  /** Name or place; by default the only output. */
  readonly output?: string | number | undefined
  readonly activation?: OutputActivation
  /** Whether [N, K, 1, 1] is one prediction an image: [N, K]. */
  readonly isOneRow?: boolean | undefined
  /** Hears the first predictions, and may throw: the card may be wrong about them. */
  readonly checkLogits?: CheckLogits | undefined
  /** Extents of one sample, for models whose input size is free or shall be another. */
  readonly inputShape?: readonly number[] | undefined
}

/**
 * A model run and differentiated by TensorFlow.js itself. Its input is as the file has it, usually [N, H, W,
 * C]; dense outputs are [N, K, H, W]. Throws `model-unreadable`, `model-unsupported` (operations without a
 * gradient when a gradient is asked for), `runtime-failed` for a backend that can't be started.
 */
export function createTfjsModel(options: TfjsModelOptions): Promise<DifferentiableModel> {
  const { files, backend, inputShape } = options
  return oneAtATime(async () => {
    await useBackend(backend)
    const loaded = await loadModel(files, inputShape)
    const index = outputIndex(loaded, options)
    const logits = logitsOf(loaded, files, index, options.activation ?? 'detect')
    const rows: LogitsOf = options.isOneRow === true ? (x) => asRows(logits(x)) : logits
    return differentiable(loaded, rows, options, index)
  })
}

/** [N, K, 1, 1] as [N, K]. */
function asRows(logits: tf.Tensor): tf.Tensor {
  const [count, rest] = [extentOf(logits.shape, 0), logits.shape.slice(1)]
  return isRow(rest) ? tf.reshape(logits, [count, -1]) : logits
}

function differentiable(
  loaded: LoadedModel,
  logits: LogitsOf,
  { files, backend, checkLogits }: TfjsModelOptions,
  index: number,
): DifferentiableModel {
  let isChecked = false
  const checked = (z: Tensor): Tensor => {
    if (!isChecked) checkLogits?.(z, { isLogarithm: false })
    isChecked = true
    return z
  }
  const withBackend = <Name extends string>(work: () => Tensors<Name>): Promise<Record<Name, Tensor>> =>
    oneAtATime(async () => {
      await useBackend(backend)
      return inScope(work, files.file)
    })
  const free = (shape: readonly (number | null)[]) =>
    shape.map((extent, axis) => (axis === 0 ? null : extent))
  const input: TensorSpec = { name: loaded.input.name, shape: free(loaded.input.shape) }
  const name = loaded.outputs[index] ?? 'output'
  return {
    input,
    output: { name, shape: free(classesFirstShape(loaded.outputShapes[index] ?? [])) },
    predict: async (x) => {
      const made = await withBackend(() => ({ logits: logits(placed(x)) }))
      return checked(finite(made.logits, `Model output '${name}'`))
    },
    lossAndGradient: async (x, given): Promise<LossAndGradient> => {
      const made = await withBackend(() => gradientOf(logits, placed(x), given))
      return {
        gradient: finite(made.gradient, 'Model gradient'),
        logits: finite(made.logits, `Model output '${name}'`),
        loss: made.loss.data,
      }
    },
    dispose: () =>
      oneAtATime(async () => {
        await useBackend(backend)
        loaded.dispose()
      }),
  }
}

/** One value of the library per field. */
type Tensors<Name extends string> = Readonly<Record<Name, tf.Tensor>>

function gradientOf(logits: LogitsOf, x: tf.Tensor, loss: LossSpec): Tensors<'gradient' | 'logits' | 'loss'> {
  const kept: { z?: tf.Tensor; losses?: tf.Tensor } = {}
  const total = (image: tf.Tensor) => {
    kept.z = tf.keep(logits(image))
    kept.losses = tf.keep(weightedLoss(kept.z, loss))
    return tf.sum(kept.losses)
  }
  try {
    const gradient = tf.grad(total)(x)
    const { z = gradient, losses = gradient } = kept
    return { gradient, logits: tf.clone(z), loss: tf.clone(losses) }
  } finally {
    tf.dispose(kept)
  }
}

/**
 * What `work` makes is read, and with everything else that it made freed. Backends on graphics cards are read
 * asynchronously only.
 */
async function inScope<Name extends string>(
  work: () => Tensors<Name>,
  file: string,
): Promise<Record<Name, Tensor>> {
  try {
    const made = tf.tidy<Tensors<Name>>(work)
    try {
      return await readAll(made)
    } finally {
      tf.dispose(made)
    }
  } catch (cause) {
    throw explained(cause, file)
  }
}

async function readAll<Name extends string>(made: Tensors<Name>): Promise<Record<Name, Tensor>> {
  const entries = Object.entries<tf.Tensor>(made)
  const values = await Promise.all(entries.map(async ([name, value]) => [name, await read(value)] as const))
  throwWebgpuFault()
  return Object.fromEntries(values) as Record<Name, Tensor>
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
        file,
        cause,
        tip: 'Use the runtime onnx, where the model can be converted: it differentiates more operations.',
      },
    )
  if (missing !== undefined)
    return new RadversaryError('model-unsupported', `TensorFlow.js ${missing}: not there on this backend`, {
      file,
      cause,
      tip: 'Use the runtime onnx, where the model can be converted.',
    })
  return new RadversaryError('runtime-failed', `TensorFlow.js: ${said}`, { file, cause })
}

function placed({ shape, data }: Tensor): tf.Tensor {
  return tf.tensor(data, [...shape])
}

async function read(tensor: tf.Tensor): Promise<Tensor> {
  return { shape: tensor.shape, data: Float32Array.from(await tensor.data()) }
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

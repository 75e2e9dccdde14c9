import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { supplyKernels } from './kernels/supply.ts'
import { loadAddon } from './node-addon.ts'
import { tf } from './tensorflow.ts'
import { loadWebgpu } from './webgpu.ts'

/**
 * Largest ‖g − g_cpu‖ / ‖g_cpu‖ with which a backend passes; as for devices of ONNX Runtime
 * (adapters/ort/select-device.ts).
 */
const largestRelativeError = 1e-3

const passed = new Set<string>()

/**
 * Compares the current backend's gradient of a small network (a strided, a depthwise and a plain convolution,
 * pooling, a product) with the JavaScript backend's; once a thread. @throws Error where they differ.
 */
async function checkGradient(registered: string): Promise<void> {
  if (registered === 'cpu' || passed.has(registered)) return
  const ours = await gradientHere()
  await tf.setBackend('cpu')
  const expected = await gradientHere()
  await tf.setBackend(registered)
  const error = relativeDistance(ours, expected)
  if (!(error <= largestRelativeError))
    throw new Error(`its gradient differs from the JavaScript backend's by ${error.toExponential(1)}`)
  passed.add(registered)
}

async function gradientHere(): Promise<Float32Array> {
  const gradient = tf.tidy(() => {
    const [strided, depthwise, plain, dense] = [
      [3, 3, 3, 8],
      [3, 3, 8, 1],
      [3, 3, 8, 8],
      [128, 4],
    ].map(waves)
    const network = (x: tf.Tensor) => {
      const stem = tf.elu(tf.conv2d(x as tf.Tensor4D, strided as tf.Tensor4D, 2, 'same'))
      const spread = tf.elu(tf.depthwiseConv2d(stem, depthwise as tf.Tensor4D, 1, 'same'))
      const pooled = tf.maxPool(tf.conv2d(spread, plain as tf.Tensor4D, 1, 'same'), 2, 2, 'valid')
      return tf.sum(tf.square(tf.matMul(tf.reshape(pooled, [1, 128]), dense as tf.Tensor2D)))
    }
    return tf.grad(network)(waves([1, 16, 16, 3]))
  })
  const values = await gradient.data<'float32'>()
  gradient.dispose()
  return Float32Array.from(values)
}

/** Values in [−0.5, 0.5], the same everywhere. */
function waves(shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 0.5 * Math.sin(1 + i * i * 0.37)),
    [...shape],
  )
}

function relativeDistance(a: Float32Array, b: Float32Array): number {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return norm(a.map((value, i) => value - entry(b, i))) / norm(b)
}

/** TensorFlow.js's backends, the fastest first. All but the last two need packages that the user adds. */
export const tfjsBackends = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const

export type TfjsBackend = (typeof tfjsBackends)[number]

interface BackendSource {
  /** The name that it registers its backend by. */
  readonly registered: string
  readonly load: () => Promise<unknown>
}

const sources: Readonly<Record<TfjsBackend, BackendSource>> = {
  'tensorflow-gpu': { registered: 'tensorflow', load: () => loadAddon({ gpu: true }) },
  tensorflow: { registered: 'tensorflow', load: () => loadAddon({ gpu: false }) },
  webgpu: { registered: 'webgpu', load: loadWebgpu },
  wasm: { registered: 'wasm', load: () => import('@tensorflow/tfjs-backend-wasm') },
  cpu: { registered: 'cpu', load: () => import('@tensorflow/tfjs-backend-cpu') },
}

const loaded = new Set<TfjsBackend>()

/**
 * Makes a backend the current one. @throws RadversaryError runtime-failed where it isn't installed, can't be
 * started or computes another gradient than the JavaScript backend.
 */
export async function useBackend(backend: TfjsBackend): Promise<void> {
  const { registered } = sources[backend]
  try {
    if (!loaded.has(backend)) await load(backend)
    if (tf.getBackend() !== registered && !(await tf.setBackend(registered)))
      throw new Error('it could not be started')
    supplyKernels(registered)
    await checkGradient(registered)
  } catch (cause) {
    throw failed(backend, cause)
  }
}

async function load(backend: TfjsBackend): Promise<void> {
  await sources[backend].load()
  loaded.add(backend)
}

function failed(backend: TfjsBackend, cause: unknown): RadversaryError {
  const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
  return new RadversaryError('runtime-failed', `TensorFlow.js backend ${backend}: ${why}`, {
    tip: 'Leave the choice to Radversary; docs/tfjs.md says how backends are installed.',
    cause,
  })
}

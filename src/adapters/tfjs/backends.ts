import { RadversaryError } from '../../core/errors.ts'
import { checkGradient } from './check-backend.ts'
import { supplyKernels } from './kernels/supply.ts'
import { loadAddon } from './node-addon.ts'
import { tf } from './tensorflow.ts'
import { loadWebgpu } from './webgpu.ts'

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

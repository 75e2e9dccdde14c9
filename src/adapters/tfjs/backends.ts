import { RadversaryError } from '../../core/errors.ts'
import { supplyKernels } from './kernels/supply.ts'
import { tf } from './tensorflow.ts'

/** TensorFlow.js's backends, the fastest first. `tensorflow-gpu` and `tensorflow` are addons that the user installs. */
export const tfjsBackends = ['tensorflow-gpu', 'tensorflow', 'wasm', 'cpu'] as const

export type TfjsBackend = (typeof tfjsBackends)[number]

interface BackendPackage {
  readonly module: string
  /** The name that it registers its backend by. */
  readonly registered: string
  readonly load: () => Promise<unknown>
}

/** Modules that may not be there: named by a variable, since nobody can resolve them before. */
const optional = (module: string) => (): Promise<unknown> => import(module)

const packages: Readonly<Record<TfjsBackend, BackendPackage>> = {
  'tensorflow-gpu': {
    module: '@tensorflow/tfjs-node-gpu',
    registered: 'tensorflow',
    load: optional('@tensorflow/tfjs-node-gpu'),
  },
  tensorflow: { module: '@tensorflow/tfjs-node', registered: 'tensorflow', load: optional('@tensorflow/tfjs-node') },
  wasm: { module: '@tensorflow/tfjs-backend-wasm', registered: 'wasm', load: () => import('@tensorflow/tfjs-backend-wasm') },
  cpu: { module: '@tensorflow/tfjs-backend-cpu', registered: 'cpu', load: () => import('@tensorflow/tfjs-backend-cpu') },
}

/** Makes a backend the current one. @throws RadversaryError runtime-failed where it isn't installed or can't be started. */
export async function useBackend(backend: TfjsBackend): Promise<void> {
  const { registered } = packages[backend]
  if (tf.getBackend() === registered) {
    supplyKernels(registered)
    return
  }
  if ((tf.findBackendFactory(registered) as unknown) === null) await load(backend)
  if (await tf.setBackend(registered)) {
    supplyKernels(registered)
    return
  }
  throw failed(backend, 'it could not be started')
}

async function load(backend: TfjsBackend): Promise<void> {
  const { module, load: importIt } = packages[backend]
  try {
    await importIt()
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
    throw failed(backend, /Cannot find (package|module)/.test(said) ? `${module} is not installed` : said)
  }
}

function failed(backend: TfjsBackend, why: string): RadversaryError {
  return new RadversaryError('runtime-failed', `TensorFlow.js backend ${backend}: ${why}`, {
    tip: 'Leave the choice to Radversary (--backend auto); docs/tfjs.md says how backends are installed.',
  })
}

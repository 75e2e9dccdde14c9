import { parentPort, workerData } from 'node:worker_threads'
import { attackStudy } from '../attack/attack-study.ts'
import { engineError } from './engine-error.ts'
import type { RunEnd } from './runs/run-events.ts'
import type { AttackThreadData, FromAttackThread } from './runs/thread-messages.ts'

/** The entry of an attack's thread: one attack from its request to its end. */
const abort = new AbortController()
const tell = (message: FromAttackThread) => parentPort?.postMessage(message)

parentPort?.once('message', () => {
  abort.abort()
})
tell(await attack(workerData as AttackThreadData))
parentPort?.close()

async function attack(request: AttackThreadData): Promise<RunEnd> {
  try {
    await attackStudy(request, {
      signal: abort.signal,
      onProgress: (progress) => tell({ type: 'progress', ...progress }),
      onNotice: (sentence) => tell({ type: 'notice', sentence }),
      onEvent: tell,
    })
    return { type: 'end', state: 'done' }
  } catch (thrown) {
    const error = engineError(thrown)
    return error.code === 'cancelled' ? { type: 'end', state: 'cancelled' } : { type: 'error', error }
  }
}

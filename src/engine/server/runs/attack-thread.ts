import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { internalError } from '../../../core/errors.ts'
import { engineError } from '../engine-error.ts'
import type { RunEnd, RunEvent } from './run-events.ts'
import type { AttackThreadData, FromAttackThread, ToAttackThread } from './thread-messages.ts'

/** An attack that runs on a thread of its own, so that serving a frame never waits for it. */
export interface AttackThread {
  /** Asks it to end; it does within an iteration. */
  cancel(): void
  /** Ends it at once, whatever it is doing. What it has written is whole. */
  kill(): Promise<void>
  /** How it ended. Never rejects. */
  readonly ended: Promise<RunEnd>
}

export function startAttackThread(request: AttackThreadData, tell: (event: RunEvent) => void): AttackThread {
  const worker = startWorker(workerFile(), request)
  const ended = new Promise<RunEnd>((resolve) => {
    worker.on('message', (message: FromAttackThread) => {
      if (message.type === 'end' || message.type === 'error') resolve(message)
      else tell(message)
    })
    worker.on('error', (thrown) => {
      resolve({ type: 'error', error: engineError(thrown) })
    })
    // Too late to matter when a message has told the end before.
    worker.on('exit', (code) => {
      resolve({ type: 'error', error: engineError(internalError(`the attack's thread ended with code ${code}`)) })
    })
  })
  return {
    ended,
    cancel: () => {
      worker.postMessage('cancel' satisfies ToAttackThread)
    },
    kill: async () => {
      await worker.terminate()
    },
  }
}

/** A thread of its own has none of its parent's loaders, so from the sources it asks for tsx itself. */
function startWorker(file: string, workerData: AttackThreadData): Worker {
  if (!file.endsWith('.ts')) return new Worker(file, { workerData })
  const module = JSON.stringify(pathToFileURL(file).href)
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${module}) })`
  return new Worker(code, { workerData, eval: true, execArgv: [] })
}

/** Beside the built engine, or above its chunks; in the sources, at its own place. */
function workerFile(): string {
  const here = import.meta.dirname
  const candidates = [join(here, 'attack-worker.js'), join(here, '../attack-worker.js'), join(here, '../attack-worker.ts')]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined) throw internalError('attack-worker is not beside the engine')
  return found
}

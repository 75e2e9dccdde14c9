import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { internalError } from '../../core/errors.ts'
import type { StartHost, FromThread } from './thread-messages.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** The entries of threads and processes, and where their sources are. */
const sources = {
  'engine-worker': '../server/engine-worker.ts',
  'lane-worker': '../lane-worker.ts',
  'model-worker': '../models/model-worker.ts',
  'task-process': '../../serve/task-process.ts',
} as const

type WorkerName = keyof typeof sources

/** Beside the built program, or above its chunks; in the sources, at its own place. */
export function workerFile(name: WorkerName): string {
  const here = import.meta.dirname
  const candidates = [join(here, `${name}.js`), join(here, `../${name}.js`), join(here, sources[name])]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined) throw internalError(`${name} is not beside the program`)
  return found
}

/**
 * A thread of this process. Native code in it can't be ended: what may compute for ever belongs in a process.
 */
export function onThread(name: WorkerName): StartHost {
  return ({ hear, gone }) => {
    const worker = startWorker(workerFile(name))
    worker.on('message', hear)
    worker.on('error', gone)
    worker.on('exit', (code) => {
      gone(internalError(`a thread ended with code ${code}`))
    })
    return {
      post: (message) => {
        worker.postMessage(message)
      },
      ref: () => {
        worker.ref()
      },
      unref: () => {
        worker.unref()
      },
      end: () => worker.terminate(),
    }
  }
}

/**
 * A thread of its own has none of its parent's loaders, so from the sources it asks for tsx itself. It is
 * given empty data: a library of threads that geotiff brings reads it.
 */
export function startWorker(file: string): Worker {
  const workerData = {}
  if (!file.endsWith('.ts')) return new Worker(file, { workerData })
  const module = JSON.stringify(pathToFileURL(file).href)
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${module}) })`
  return new Worker(code, { eval: true, execArgv: [], workerData })
}

/**
 * A process of its own, which can be ended whatever native code in it is doing, and whose memory faults are
 * its own. It ends with this one.
 */
export const onProcess: StartHost = ({ hear, gone }) => {
  const file = workerFile('task-process')
  const child = fork(file, [], {
    serialization: 'advanced',
    execArgv: file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const left = once(child, 'exit')
  child.on('message', (message) => {
    hear(message as FromThread)
  })
  child.on('error', gone)
  child.once('exit', (code, signal) => {
    gone(internalError(`a process of tasks ended with ${code ?? signal ?? 'no code'}`))
  })
  return {
    // `gone` reports whoever is gone.
    post: (message) => child.send(message, () => undefined),
    ref: () => {
      child.ref()
      child.channel?.ref()
    },
    unref: () => {
      child.unref()
      child.channel?.unref()
    },
    end: async () => {
      child.kill('SIGKILL')
      await left
    },
  }
}

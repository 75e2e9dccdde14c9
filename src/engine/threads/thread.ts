import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { internalError } from '../../core/errors.ts'
import { createPendingTasks } from './pending-tasks.ts'
import type { FromThread, TaskHooks, TaskInput, TaskResult, Tasks, ToThread } from './thread-messages.ts'
import { workerFile, type WorkerName } from './worker-file.ts'

/**
 * A thread that does some tasks, so that its owner never waits. It starts with its first task, and at rest
 * keeps no process alive.
 */
export interface Thread<T extends Tasks> {
  /** `hooks.signal` asks the task to end. @throws what the task throws; internal when the thread dies. */
  run<Name extends keyof T & string>(
    task: Name,
    input: TaskInput<T, Name>,
    hooks?: TaskHooks,
  ): Promise<TaskResult<T, Name>>
  /** Tasks that were sent and have not ended. */
  readonly busy: number
  /** Ends it at once, whatever it is doing. */
  close(): Promise<void>
}

export function createThread<T extends Tasks>(name: WorkerName): Thread<T> {
  const pending = createPendingTasks()
  let worker: Worker | undefined
  const hear = (message: FromThread) => {
    pending.hear(message)
    if (pending.count === 0) worker?.unref()
  }
  /** Whoever still waits is told; the next task starts another thread. */
  const died = (error: Error) => {
    worker = undefined
    pending.failAll(error)
  }
  const start = () => {
    const started = startWorker(workerFile(name))
    started.on('message', hear)
    started.on('error', died)
    started.on('exit', (code) => {
      if (worker === started) died(internalError(`a thread ended with code ${code}`))
    })
    return started
  }
  return {
    run: <Name extends keyof T & string>(task: Name, input: TaskInput<T, Name>, hooks: TaskHooks = {}) => {
      const port = (worker ??= start())
      port.ref()
      const { id, ended } = pending.add(hooks)
      const send = (message: ToThread) => {
        port.postMessage(message)
      }
      send({ type: 'run', id, task, input })
      return cancelledBy(hooks.signal, ended, () => {
        send({ type: 'cancel', id })
      }) as Promise<TaskResult<T, Name>>
    },
    get busy() {
      return pending.count
    },
    close: async () => {
      await worker?.terminate()
    },
  }
}

/** Calls `cancel` when the signal is aborted before the end, or has been. */
function cancelledBy<Result>(
  signal: AbortSignal | undefined,
  ended: Promise<Result>,
  cancel: () => void,
): Promise<Result> {
  if (signal?.aborted === true) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  return ended.finally(() => signal?.removeEventListener('abort', cancel))
}

/** A thread of its own has none of its parent's loaders, so from the sources it asks for tsx itself. */
function startWorker(file: string): Worker {
  if (!file.endsWith('.ts')) return new Worker(file)
  const module = JSON.stringify(pathToFileURL(file).href)
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${module}) })`
  return new Worker(code, { eval: true, execArgv: [] })
}

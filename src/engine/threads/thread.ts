import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { FromThread, TaskEvent, TaskHooks, TaskInput, TaskResult, Tasks, ToThread } from './thread-messages.ts'
import { workerFile, type WorkerName } from './worker-file.ts'

/** A thread that does some tasks, so that its owner never waits. It starts with its first task, and at rest keeps no process alive. */
export interface Thread<T extends Tasks> {
  /** `hooks.signal` asks the task to end. @throws what the task throws; internal when the thread dies. */
  run<Name extends keyof T & string>(task: Name, input: TaskInput<T, Name>, hooks?: TaskHooks): Promise<TaskResult<T, Name>>
  /** Tasks that were sent and have not ended. */
  readonly busy: number
  /** Ends it at once, whatever it is doing. */
  close(): Promise<void>
}

interface Pending {
  readonly hooks: TaskHooks
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export function createThread<T extends Tasks>(name: WorkerName): Thread<T> {
  const pending = new Map<number, Pending>()
  let worker: Worker | undefined
  let count = 0

  const settle = (id: number) => {
    pending.delete(id)
    if (pending.size === 0) worker?.unref()
  }
  const hear = (message: FromThread) => {
    const task = pending.get(message.id)
    if (task === undefined) return
    if (message.type === 'event') {
      tellHooks(task.hooks, message.event)
      return
    }
    settle(message.id)
    if (message.type === 'done') task.resolve(message.result)
    else task.reject(new RadversaryError(message.error.code, message.error.message, message.error))
  }
  /** Whoever still waits is told; the next task starts another thread. */
  const died = (error: Error) => {
    worker = undefined
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
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
      const id = ++count
      const port = (worker ??= start())
      port.ref()
      const send = (message: ToThread) => {
        port.postMessage(message)
      }
      const ended = new Promise<unknown>((resolve, reject) => {
        pending.set(id, { hooks, resolve, reject })
        send({ type: 'run', id, task, input })
      })
      const cancel = () => {
        send({ type: 'cancel', id })
      }
      if (hooks.signal?.aborted === true) cancel()
      hooks.signal?.addEventListener('abort', cancel, { once: true })
      return ended.finally(() => hooks.signal?.removeEventListener('abort', cancel)) as Promise<TaskResult<T, Name>>
    },
    get busy() {
      return pending.size
    },
    close: async () => {
      await worker?.terminate()
    },
  }
}

function tellHooks({ onProgress, onNotice, onEvent }: TaskHooks, event: TaskEvent): void {
  if (event.type === 'progress') onProgress?.(event)
  else if (event.type === 'notice') onNotice?.(event.sentence)
  else onEvent?.(event)
}

/** A thread of its own has none of its parent's loaders, so from the sources it asks for tsx itself. */
function startWorker(file: string): Worker {
  if (!file.endsWith('.ts')) return new Worker(file)
  const module = JSON.stringify(pathToFileURL(file).href)
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${module}) })`
  return new Worker(code, { eval: true, execArgv: [] })
}

import { RadversaryError } from '../../core/errors.ts'
import type { FromThread, TaskEvent, TaskHooks, ToThread } from './thread-messages.ts'

/** What hosts were sent and have not ended. */
export interface PendingTasks {
  /** Counts a new task; `ended` settles as its host reports. */
  add(
    task: string,
    input: unknown,
    hooks: TaskHooks,
  ): { readonly id: number; readonly ended: Promise<unknown> }
  /** The message that begins a task; undefined once it has ended. */
  message(id: number): ToThread | undefined
  hear(message: FromThread): void
  /** Fails a task that was cancelled; whether it was. */
  failCancelled(id: number): boolean
  failAll(error: Error): void
  readonly ids: readonly number[]
}

interface Pending {
  readonly message: ToThread
  readonly hooks: TaskHooks
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export function createPendingTasks(): PendingTasks {
  const pending = new Map<number, Pending>()
  let last = 0
  return {
    add: (task, input, hooks) => {
      const id = ++last
      const message: ToThread = { type: 'run', id, task, input }
      const ended = new Promise<unknown>((resolve, reject) => {
        pending.set(id, { message, hooks, resolve, reject })
      })
      return { id, ended }
    },
    message: (id) => pending.get(id)?.message,
    hear: (message) => {
      const task = pending.get(message.id)
      if (task === undefined) return
      if (message.type !== 'event') pending.delete(message.id)
      settle(task, message)
    },
    failCancelled: (id) => {
      const task = pending.get(id)
      if (task?.hooks.signal?.aborted !== true) return false
      pending.delete(id)
      task.reject(new RadversaryError('cancelled', 'Cancelled'))
      return true
    },
    failAll: (error) => {
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
    },
    get ids() {
      return [...pending.keys()]
    },
  }
}

function settle({ hooks, resolve, reject }: Pending, message: FromThread): void {
  if (message.type === 'event') tellHooks(hooks, message.event)
  else if (message.type === 'done') resolve(message.result)
  else reject(new RadversaryError(message.error.code, message.error.message, message.error))
}

function tellHooks({ onProgress, onNotice, onEvent }: TaskHooks, event: TaskEvent): void {
  if (event.type === 'progress') onProgress?.(event)
  else if (event.type === 'notice') onNotice?.(event.sentence)
  else onEvent?.(event)
}

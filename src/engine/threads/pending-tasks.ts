import { RadversaryError } from '../../core/errors.ts'
import type { FromThread, TaskEvent, TaskHooks } from './thread-messages.ts'

/** What a thread was sent and has not ended. */
export interface PendingTasks {
  /** Counts a new task; `ended` settles as the thread tells. */
  add(hooks: TaskHooks): { readonly id: number; readonly ended: Promise<unknown> }
  hear(message: FromThread): void
  failAll(error: Error): void
  readonly count: number
}

interface Pending {
  readonly hooks: TaskHooks
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export function createPendingTasks(): PendingTasks {
  const pending = new Map<number, Pending>()
  let last = 0
  return {
    add: (hooks) => {
      const id = ++last
      const ended = new Promise<unknown>((resolve, reject) => {
        pending.set(id, { hooks, resolve, reject })
      })
      return { id, ended }
    },
    hear: (message) => {
      const task = pending.get(message.id)
      if (task === undefined) return
      if (message.type !== 'event') pending.delete(message.id)
      settle(task, message)
    },
    failAll: (error) => {
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
    },
    get count() {
      return pending.size
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

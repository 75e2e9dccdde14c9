import { parentPort } from 'node:worker_threads'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { ErrorParts, FromThread, TaskHooks, Tasks, ToThread } from './thread-messages.ts'

/** A thread's own side: runs the tasks that it is sent, and cancels them on request. */
export function serveTasks(tasks: Tasks): void {
  const atWork = new Map<number, AbortController>()
  parentPort?.on('message', (message: ToThread) => {
    if (message.type === 'cancel') {
      atWork.get(message.id)?.abort()
      return
    }
    const abort = new AbortController()
    atWork.set(message.id, abort)
    void run(message, tasks, abort.signal).finally(() => atWork.delete(message.id))
  })
}

async function run(
  { id, task, input }: Extract<ToThread, { type: 'run' }>,
  tasks: Tasks,
  signal: AbortSignal,
): Promise<void> {
  try {
    const perform = tasks[task] as ((input: unknown, hooks: TaskHooks) => unknown) | undefined
    if (perform === undefined) throw internalError(`a thread was asked for ${task}`)
    send({ type: 'done', id, result: await perform(input, hooksOf(id, signal)) })
  } catch (thrown) {
    send({ type: 'failed', id, error: partsOf(thrown) })
  }
}

function hooksOf(id: number, signal: AbortSignal): TaskHooks {
  return {
    signal,
    onProgress: (progress) => {
      send({ type: 'event', id, event: { type: 'progress', ...progress } })
    },
    onNotice: (sentence) => {
      send({ type: 'event', id, event: { type: 'notice', sentence } })
    },
    onEvent: (event) => {
      send({ type: 'event', id, event })
    },
  }
}

function send(message: FromThread): void {
  parentPort?.postMessage(message)
}

/** What any thrown thing says on the other side; what was not foreseen is a fault of ours. */
function partsOf(thrown: unknown): ErrorParts {
  const error =
    thrown instanceof RadversaryError
      ? thrown
      : internalError(thrown instanceof Error ? thrown.message : String(thrown))
  const { code, message, tip, file } = error
  return { code, message, tip, file }
}

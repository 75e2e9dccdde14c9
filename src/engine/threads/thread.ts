import { homeFolder, sweepTemporaryFolder } from '../../adapters/fs/private-folders.ts'
import { createPendingTasks } from './pending-tasks.ts'
import type { StartHost, TaskHooks, TaskHost, TaskInput, TaskResult, Tasks } from './thread-messages.ts'

/**
 * A thread, or a process, that does some tasks, so that its owner never waits. It starts with its first task,
 * and at rest keeps no process alive.
 */
export interface Thread<T extends Tasks> {
  /**
   * `hooks.signal` asks the task to end. One that has not after `graceMs` is ended with its host; what else
   * the host had to do is begun anew in another.
   * @throws what the task throws; cancelled; internal when the host dies.
   */
  run<Name extends keyof T & string>(
    task: Name,
    input: TaskInput<T, Name>,
    hooks?: TaskHooks,
    graceMs?: number,
  ): Promise<TaskResult<T, Name>>
  /** Tasks that were sent and have not ended. */
  readonly busy: number
  /** Ends it at once, whatever it is doing. */
  close(): Promise<void>
}

/** An attack hears of its end within an iteration, most others sooner. */
const usualGraceMs = 5000

export function createThread<T extends Tasks>(start: StartHost): Thread<T> {
  return new HostedThread<T>(start)
}

/** A thread and what its first task gave. */
export interface OpenedThread<T extends Tasks, Result> {
  readonly thread: Thread<T>
  readonly opened: Result
}

/** A thread that has done its first task; where that fails, it is closed. @throws what the task throws */
export async function openThread<T extends Tasks, Name extends keyof T & string>(
  start: StartHost,
  task: Name,
  input: TaskInput<T, Name>,
): Promise<OpenedThread<T, TaskResult<T, Name>>> {
  const thread = createThread<T>(start)
  try {
    return { thread, opened: await thread.run(task, input) }
  } catch (error) {
    await thread.close()
    throw error
  }
}

class HostedThread<T extends Tasks> implements Thread<T> {
  private readonly pending = createPendingTasks()
  /** Who was sent a task last. */
  private readonly sentTo = new Map<number, TaskHost>()
  private host: TaskHost | undefined

  constructor(private readonly start: StartHost) {}

  get busy(): number {
    return this.pending.ids.length
  }

  run<Name extends keyof T & string>(
    task: Name,
    input: TaskInput<T, Name>,
    hooks: TaskHooks = {},
    graceMs = usualGraceMs,
  ): Promise<TaskResult<T, Name>> {
    const { id, ended } = this.pending.add(task, input, hooks)
    this.send(id)
    const cancel = () => {
      this.sentTo.get(id)?.post({ type: 'cancel', id })
      return setTimeout(() => void this.endUnheard(id), graceMs)
    }
    return cancelledBy(hooks.signal, ended, cancel).finally(() => this.sentTo.delete(id)) as Promise<
      TaskResult<T, Name>
    >
  }

  async close(): Promise<void> {
    await this.host?.end()
  }

  private startHost(): TaskHost {
    const started: TaskHost = this.start({
      hear: (message) => {
        this.pending.hear(message)
        if (this.busy === 0) this.host?.unref()
      },
      /** Whoever still waits is notified; the next task starts another host. */
      gone: (error) => {
        if (this.host !== started) return
        this.host = undefined
        this.pending.failAll(error)
      },
    })
    return started
  }

  private send(id: number): void {
    const message = this.pending.message(id)
    if (message === undefined) return
    this.host ??= this.startHost()
    this.host.ref()
    this.sentTo.set(id, this.host)
    this.host.post(message)
  }

  private async endUnheard(id: number): Promise<void> {
    const left = this.host
    if (left === undefined || this.sentTo.get(id) !== left) return
    this.host = undefined
    await left.end()
    await sweepTemporaryFolder(homeFolder())
    const unended = this.pending.ids.filter((each) => this.sentTo.get(each) === left)
    for (const each of unended) if (!this.pending.failCancelled(each)) this.send(each)
  }
}

/** Calls `cancel` when the signal is aborted before the end, or has been; its timer ends with the task. */
async function cancelledBy<Result>(
  signal: AbortSignal | undefined,
  ended: Promise<Result>,
  cancel: () => NodeJS.Timeout,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const onAbort = () => {
    timer = cancel()
  }
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await ended
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Threads that share tasks: each goes to the one with the least to do. */
export function createThreadPool<T extends Tasks>(start: StartHost, size: number): Thread<T> {
  const threads = Array.from({ length: size }, () => createThread<T>(start))
  const idlest = () => threads.reduce((idle, thread) => (thread.busy < idle.busy ? thread : idle))
  return {
    run: (task, input, hooks, graceMs) => idlest().run(task, input, hooks, graceMs),
    get busy() {
      return threads.reduce((sum, { busy }) => sum + busy, 0)
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

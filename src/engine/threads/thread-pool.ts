import type { StartHost } from './task-host.ts'
import { createThread, type Thread } from './thread.ts'
import type { Tasks } from './thread-messages.ts'

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

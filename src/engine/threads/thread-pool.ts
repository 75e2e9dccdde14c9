import { createThread, type Thread } from './thread.ts'
import type { Tasks } from './thread-messages.ts'
import type { WorkerName } from './worker-file.ts'

/** Threads that share tasks: each goes to the one with the least to do. */
export function createThreadPool<T extends Tasks>(name: WorkerName, size: number): Thread<T> {
  const threads = Array.from({ length: size }, () => createThread<T>(name))
  const idlest = () => threads.reduce((idle, thread) => (thread.busy < idle.busy ? thread : idle))
  return {
    run: (task, input, hooks) => idlest().run(task, input, hooks),
    get busy() {
      return threads.reduce((sum, { busy }) => sum + busy, 0)
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

import type { JobHooks, Progress } from '../progress.ts'
import { createEventQueue } from './event-queue.ts'

/** What a page hears of a job that it waits for. */
export type JobEvent =
  ({ readonly type: 'progress' } & Progress) | { readonly type: 'notice'; readonly sentence: string }

/**
 * Runs a job and yields its events while it runs; the job's result is what the generator returns. Leaving
 * the generator early, or `signal`, cancels the job. @throws what the job throws.
 */
export async function* streamed<Result>(
  job: (hooks: JobHooks) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, Result> {
  const left = new AbortController()
  const queue = createEventQueue<JobEvent>(
    (newer, older) => newer.type === 'progress' && older.type === 'progress',
  )
  const running = job({
    signal: signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]),
    onProgress: (progress) => {
      queue.push({ type: 'progress', ...progress })
    },
    onNotice: (sentence) => {
      queue.push({ type: 'notice', sentence })
    },
  })
  // A rejection is heard below; here it only ends the waiting.
  running.then(queue.end, queue.end)
  try {
    yield* queue.events()
    return await running
  } finally {
    left.abort()
  }
}

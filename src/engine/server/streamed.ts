import type { JobHooks, Progress } from '../progress.ts'

/** Events between those who send them and one who awaits them. */
export interface EventQueue<Event> {
  readonly push: (event: Event) => void
  /** No more will come. */
  readonly end: () => void
  /** What was pushed, in order, until the end. For one reader. */
  events(): AsyncGenerator<Event, void>
}

/**
 * @param replaces whether the newer event makes the older one, which nobody has read yet, worthless (progress
 * does)
 */
export function createEventQueue<Event>(
  replaces: (newer: Event, older: Event) => boolean,
): EventQueue<Event> {
  const waiting: Event[] = []
  let ended = false
  let wake: () => void = () => undefined
  return {
    push: (event) => {
      const last = waiting.at(-1)
      if (last !== undefined && replaces(event, last)) waiting.pop()
      waiting.push(event)
      wake()
    },
    end: () => {
      ended = true
      wake()
    },
    async *events() {
      for (;;) {
        const event = waiting.shift()
        if (event !== undefined) yield event
        else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}

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

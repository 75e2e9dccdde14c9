import type { JobHooks, Progress } from '../progress.ts'

/** What a page hears of a job that it waits for. */
export type JobEvent = ({ readonly type: 'progress' } & Progress) | { readonly type: 'notice'; readonly sentence: string }

/** A queue between a job that tells and a consumer that awaits. Progress that nobody has heard yet gives way to newer one. */
class Told {
  private readonly waiting: JobEvent[] = []
  private wake: (() => void) | undefined
  private ended = false

  push(event: JobEvent): void {
    if (event.type === 'progress' && this.waiting.at(-1)?.type === 'progress') this.waiting.pop()
    this.waiting.push(event)
    this.wake?.()
  }

  end(): void {
    this.ended = true
    this.wake?.()
  }

  async *events(): AsyncGenerator<JobEvent, void> {
    for (;;) {
      const event = this.waiting.shift()
      if (event !== undefined) yield event
      else if (this.ended) return
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
    }
  }
}

/**
 * Runs a job and yields what it tells while it runs; the job's result is what the generator returns. Leaving the generator early, or
 * `signal`, cancels the job. @throws what the job throws.
 */
export async function* streamed<Result>(
  job: (hooks: JobHooks) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, Result> {
  const left = new AbortController()
  const told = new Told()
  const running = job({
    signal: signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]),
    onProgress: (progress) => {
      told.push({ type: 'progress', ...progress })
    },
    onNotice: (sentence) => {
      told.push({ type: 'notice', sentence })
    },
  })
  // The rejection is heard below; here it only ends the waiting.
  const ended = () => {
    told.end()
  }
  running.then(ended, ended)
  try {
    yield* told.events()
    return await running
  } finally {
    left.abort()
  }
}

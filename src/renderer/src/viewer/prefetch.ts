import type { FrameRef } from './frame.ts'
import { isLoading, loadFrame } from './image-loader.ts'

/** Fetches frames before they are asked for. */
export interface Prefetcher {
  /** Replaces what is still to be fetched, in order of need. */
  plan(refs: readonly FrameRef[]): void
}

/** A browser opens six connections to one server; two leave room for what the user waits for. */
const atOnce = 2

export function createPrefetcher(): Prefetcher {
  let waiting: FrameRef[] = []
  let running = 0
  const next = (): void => {
    while (running < atOnce) {
      const ref = waiting.shift()
      if (ref === undefined) return
      if (isLoading(ref)) continue
      running += 1
      // A failure is told when the frame is really asked for.
      void loadFrame(ref)
        .catch(() => undefined)
        .finally(() => {
          running -= 1
          next()
        })
    }
  }
  return {
    plan: (refs) => {
      waiting = [...refs]
      next()
    },
  }
}

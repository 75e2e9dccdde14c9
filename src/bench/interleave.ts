import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { entry } from '../core/entry.ts'

/** One side of a comparison: does its work `count` times and says how long each took, in ms. */
export type Contestant = (count: number) => Promise<readonly number[]>

export interface InterleaveOptions {
  readonly rounds?: number
  /** Work of one visit, in ms; short steps are repeated until it is filled. */
  readonly visitMs?: number
  /** Whether each side first runs twice unmeasured; long jobs warm up by a small one of their own. */
  readonly warmUp?: boolean
}

export interface Timing {
  readonly medianMs: number
  /** The fastest: what the machine gives when nobody else uses it. */
  readonly bestMs: number
}

const maximumSteps = 30
/** Lets the other side's spinning threads go to sleep. */
const settleMs = 50

/** Times of several sides, measured in turns A B A B so that a busy machine troubles all alike. */
export async function interleaved(
  contestants: readonly Contestant[],
  { rounds = 5, visitMs = 600, warmUp = true }: InterleaveOptions = {},
): Promise<Timing[]> {
  const sides: { readonly contestant: Contestant; readonly count: number; readonly times: number[] }[] = []
  for (const contestant of contestants)
    sides.push({ contestant, count: warmUp ? await stepsPerVisit(contestant, visitMs) : 1, times: [] })
  for (let round = 0; round < rounds; round++)
    for (const { contestant, count, times } of sides) {
      await sleep(settleMs)
      times.push(...(await contestant(count)))
    }
  return sides.map(({ times }) => ({ medianMs: median(times), bestMs: Math.min(...times) }))
}

async function stepsPerVisit(contestant: Contestant, visitMs: number): Promise<number> {
  await contestant(1) // compiles, allocates, warms the caches
  const once = median(await contestant(1))
  return Math.min(maximumSteps, Math.max(1, Math.round(visitMs / once)))
}

/** Repeats `work`, timing each repetition in ms. */
export function timed(work: () => Promise<unknown>): Contestant {
  return async (count) => {
    const times: number[] = []
    for (let step = 0; step < count; step++) {
      const start = performance.now()
      await work()
      times.push(performance.now() - start)
    }
    return times
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = entry(sorted, middle)
  return sorted.length % 2 === 1 ? upper : (entry(sorted, middle - 1) + upper) / 2
}

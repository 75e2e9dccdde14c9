import { useEffect } from 'react'
import { create } from 'zustand'
import type { RunEvent } from '../../../engine/server/runs/run-events.ts'
import { api, engine, ownRequest, queryClient } from '../api/client.ts'
import { afterEvents, isAtWork, type LiveRun, newLiveRun } from './live-run.ts'

/** What is known of runs that were looked at, by id. */
export const useLiveRuns = create<Readonly<Record<string, LiveRun | undefined>>>(() => ({}))

const watched = new Map<string, AbortController>()

/** Events come many at a time; the page is drawn anew this often. */
const drawMilliseconds = 100

/** Follows a run to its end, or reads what a run at rest has left; once for each run. */
export function watchRun(run: string): void {
  if (watched.has(run)) return
  const abort = new AbortController()
  watched.set(run, abort)
  useLiveRuns.setState({ [run]: newLiveRun })
  void follow(run, abort.signal).catch(() => {
    if (!abort.signal.aborted) lose(run)
  })
}

/** Forgets a run, so that it is looked at anew. */
export function forgetRun(run: string): void {
  watched.get(run)?.abort()
  watched.delete(run)
  useLiveRuns.setState((all) => Object.fromEntries(Object.entries(all).filter(([id]) => id !== run)), true)
}

async function follow(run: string, signal: AbortSignal): Promise<void> {
  const draw = (events: readonly RunEvent[]): void => {
    if (!signal.aborted)
      useLiveRuns.setState((all) => ({ [run]: afterEvents(all[run] ?? newLiveRun, events) }))
  }
  const events = await engine.runs.watch.query({ run }, { signal, ...ownRequest })
  await inBatches(events, draw, drawMilliseconds)
  if (signal.aborted) return
  await refreshRuns()
}

/** The engine went away in mid-watch: what it says when it is back decides. */
function lose(run: string): void {
  watched.delete(run)
  useLiveRuns.setState((all) => ({ [run]: { ...(all[run] ?? newLiveRun), state: 'lost' } }))
  setTimeout(() => {
    void refreshRuns()
  }, 1500)
}

export async function refreshRuns(): Promise<void> {
  await queryClient.invalidateQueries(api.runs.list.queryFilter())
}

/** A run as it goes; looked at when it isn't yet. */
export function useLiveRun(run: string | undefined): LiveRun | undefined {
  useEffect(() => {
    if (run !== undefined) watchRun(run)
  }, [run])
  return useLiveRuns((all) => (run === undefined ? undefined : all[run]))
}

/** Runs that have not ended, oldest first. */
export function atWork(all: Readonly<Record<string, LiveRun | undefined>>): (readonly [string, LiveRun])[] {
  return Object.entries(all)
    .flatMap(([id, run]) => (run !== undefined && isAtWork(run) ? [[id, run] as const] : []))
    .sort()
}

/**
 * Gives what comes many at a time to `apply` in batches, at most one in so many milliseconds. What waits when
 * the source ends or breaks is applied before that is reported, and nothing after: a batch that came later
 * would undo what the listener makes of the end.
 * @throws whatever the source throws
 */
export async function inBatches<Item>(
  source: AsyncIterable<Item>,
  apply: (batch: readonly Item[]) => void,
  milliseconds: number,
): Promise<void> {
  let waiting: Item[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    timer = undefined
    const batch = waiting
    waiting = []
    if (batch.length > 0) apply(batch)
  }
  try {
    for await (const item of source) {
      waiting.push(item)
      timer ??= setTimeout(flush, milliseconds)
    }
  } finally {
    clearTimeout(timer)
    flush()
  }
}

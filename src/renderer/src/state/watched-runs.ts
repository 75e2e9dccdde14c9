import { useEffect } from 'react'
import { create } from 'zustand'
import type { EventOfRun, RunEvent } from '../../../engine/server/runs/run-events.ts'
import { api, engine, ownRequest, queryClient } from '../api/client.ts'
import { afterEvents, isAtWork, type LiveRun, newLiveRun } from './live-run.ts'

/** What is known of runs that were looked at, by id. */
export const useLiveRuns = create<Readonly<Record<string, LiveRun | undefined>>>(() => ({}))

const watched = new Map<string, AbortController>()

/** Runs whose events come with those of all others. */
const followed = new Set<string>()

/** Events come many at a time; the page is drawn anew this often. */
const drawMilliseconds = 100

/** Follows a run to its end, or reads what a run at rest has left; once for each run. */
export function watchRun(run: string): void {
  if (watched.has(run) || followed.has(run)) return
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

/** Applies nothing any more once the signal is given. */
function whileWanted<Item>(signal: AbortSignal, apply: (batch: readonly Item[]) => void) {
  return (batch: readonly Item[]): void => {
    if (!signal.aborted) apply(batch)
  }
}

async function follow(run: string, signal: AbortSignal): Promise<void> {
  const events = await engine.runs.watch.query({ run }, { signal, ...ownRequest })
  await inBatches(
    events,
    whileWanted(signal, (batch) => {
      draw(run, batch)
    }),
    drawMilliseconds,
  )
  if (!signal.aborted) await refreshRuns()
}

function draw(run: string, events: readonly RunEvent[]): void {
  useLiveRuns.setState((all) => ({ [run]: afterEvents(all[run] ?? newLiveRun, events) }))
}

const againMilliseconds = 1500

/**
 * Follows every run that waits or is in work, in one stream, for as long as the page lives: a browser keeps
 * few connections. Returns what ends it.
 */
export function followRuns(): () => void {
  const abort = new AbortController()
  void followAgain(abort.signal)
  return () => {
    abort.abort()
    followed.clear()
  }
}

/** Follows all runs; where the engine goes away, again after a while. */
async function followAgain(signal: AbortSignal): Promise<void> {
  await followAll(signal).catch(() => undefined)
  if (signal.aborted) return
  for (const run of followed) lose(run)
  followed.clear()
  setTimeout(() => void followAgain(signal), againMilliseconds)
}

async function followAll(signal: AbortSignal): Promise<void> {
  const events = await engine.runs.watchAll.query(undefined, { signal, ...ownRequest })
  watchLost()
  await inBatches(events, whileWanted(signal, takeAll), drawMilliseconds)
}

/** Draws events of runs in work; the list of runs is asked for again where one has come or ended. */
function takeAll(batch: readonly EventOfRun[]): void {
  const runs = [...new Set(batch.map(({ run }) => run))]
  const changed = runs.map((run) =>
    take(
      run,
      batch.filter((each) => each.run === run).map(({ event }) => event),
    ),
  )
  if (changed.includes(true)) void refreshRuns()
}

/** Draws a run's events, the first ones anew from the start. Returns whether it has come or ended. */
function take(run: string, events: readonly RunEvent[]): boolean {
  const isNew = !followed.has(run)
  if (isNew) {
    followed.add(run)
    watched.get(run)?.abort()
    watched.set(run, new AbortController())
    useLiveRuns.setState({ [run]: newLiveRun })
  }
  draw(run, events)
  const hasEnded = events.some(({ type }) => type === 'end' || type === 'error')
  if (hasEnded) followed.delete(run)
  return isNew || hasEnded
}

/** Looks anew at runs that were lost: the engine is back, and some may have ended meanwhile. */
function watchLost(): void {
  for (const [run, live] of Object.entries(useLiveRuns.getState())) if (live?.state === 'lost') watchRun(run)
}

/** The engine went away in mid-watch: what it says when it is back decides. */
function lose(run: string): void {
  watched.delete(run)
  useLiveRuns.setState((all) => ({ [run]: { ...(all[run] ?? newLiveRun), state: 'lost' } }))
  setTimeout(() => {
    void refreshRuns()
  }, againMilliseconds)
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

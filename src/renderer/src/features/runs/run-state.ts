import type { RunState } from '../../../../engine/server/runs/run-info.ts'

/** Whether a run is waiting or in work, here or in another engine. */
export function isInWork(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'cancelling' || state === 'elsewhere'
}

/** Whether a run can go on where it was stopped. */
export function canResume(state: RunState): boolean {
  return state === 'cancelled' || state === 'failed' || state === 'interrupted'
}

/** Beside the word, never instead of it. */
export function stateColour(state: RunState): string {
  if (state === 'done') return 'teal'
  if (state === 'failed') return 'red'
  return isInWork(state) ? 'blue' : 'yellow'
}

/**
 * Where a job was when it was looked at first, so that what an earlier attempt had done does not count as
 * speed.
 */
export interface JobStart {
  /** Milliseconds of any clock. */
  readonly time: number
  readonly done: number
}

/** Milliseconds that a job will still take, as fast as it went so far; undefined before that can be said. */
export function timeLeft(
  start: JobStart,
  now: number,
  { done, total }: { readonly done: number; readonly total: number },
): number | undefined {
  const [moved, passed] = [done - start.done, now - start.time]
  if (moved <= 0 || passed < 2000) return undefined
  return ((total - done) * passed) / moved
}

/** "40 s", "3 min", "2 h 5 min". */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 90) return `${Math.max(1, seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

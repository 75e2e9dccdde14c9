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

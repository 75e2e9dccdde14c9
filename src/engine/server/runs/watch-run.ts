import type { RunDesk } from './run-desk.ts'
import type { RunEnd, RunEvent } from './run-events.ts'
import { runInfo, type RunInfo } from './run-info.ts'

/**
 * All that a run has told and will tell, to its end; of a run at rest, what is on disk. @throws
 * RadversaryError usage.
 */
export async function* watchRun(run: string, { folders, queue }: RunDesk): AsyncGenerator<RunEvent, void> {
  const attempt = queue.find(run)
  if (attempt !== undefined) return yield* attempt.events.watch()
  const info = await runInfo(run, folders, queue)
  for (const image of await folders.images(run)) yield { type: 'image', ...image }
  yield endOf(info)
}

function endOf({ state, error }: RunInfo): RunEnd {
  if (error !== null) return { type: 'error', error }
  return { type: 'end', state: state === 'done' || state === 'cancelled' ? state : 'interrupted' }
}

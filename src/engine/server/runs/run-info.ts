import type { AttackSummary } from '../../../core/evaluate/summary.ts'
import type { AttackWarning } from '../../../core/evaluate/warnings.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import { attackCommand } from '../../../core/spec/command-line.ts'
import { studyId } from '../ids.ts'
import { regionIn, subjectOf } from '../jobs/job-parts.ts'
import { titleOf } from '../studies/study-info.ts'
import type { RunFolders } from './run-folders.ts'
import { isLockedElsewhere } from './run-lock.ts'
import type { Attempt, RunQueue } from './run-queue.ts'
import type { RunRequest } from './run-request.ts'

/**
 * `interrupted`: the engine ended in mid-attack; `elsewhere`: another engine has it in work. All but `done`
 * and those in work can be resumed.
 */
export type RunState = Attempt['state'] | 'elsewhere' | 'done' | 'cancelled' | 'failed' | 'interrupted'

/** A run as a list shows it. */
export interface RunInfo {
  readonly id: string
  readonly state: RunState
  readonly request: RunRequest
  /** The study's id, open or not, and its title. */
  readonly study: string
  readonly title: string
  /** Progress of a run in work. */
  readonly progress: { readonly done: number; readonly total: number } | null
  /** Error of a run that failed. */
  readonly error: EngineError | null
  /** Summary of a run that is done. */
  readonly summary: AttackSummary | null
  /** Signs that the summary says something else than it seems to; none of a run that isn't done. */
  readonly warnings: readonly AttackWarning[]
  /** The command line that makes it again. */
  readonly command: string
}

/** @throws RadversaryError usage where there is no such run; io-failed. */
export async function runInfo(run: string, folders: RunFolders, queue: RunQueue): Promise<RunInfo> {
  const request = await folders.request(run)
  const attempt = queue.find(run)
  const outcome = attempt === undefined ? await folders.outcome(run) : undefined
  const isDone = attempt === undefined && (await folders.isDone(run))
  const atRest = isDone
    ? 'done'
    : (outcome?.state ?? ((await isLockedElsewhere(folders.folder(run))) ? 'elsewhere' : 'interrupted'))
  const digest = isDone ? await folders.digest(run) : undefined
  return {
    id: run,
    state: attempt?.state ?? atRest,
    request,
    study: studyId(request.paths),
    title: titleOf(request.paths),
    progress: attempt?.events.progress ?? null,
    error: outcome?.state === 'failed' ? outcome.error : null,
    summary: digest?.summary ?? null,
    warnings: digest?.warnings ?? [],
    command: attackCommand(
      { ...request, region: regionIn(request, folders.folder(run)) },
      subjectOf(request, { models: [request.model], out: 'OUT' }),
    ),
  }
}

import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { engine } from '../../api/client.ts'
import { notifyUser } from '../../api/notify.ts'
import { leaveRun, setUi, showComparison, useUi } from '../../state/ui-store.ts'
import { forgetImages } from '../../viewer/forget-images.ts'
import { openStudy } from '../study/open-study.ts'
import { isAtWork } from '../../state/live-run.ts'
import { forgetRun, refreshRuns, useLiveRuns, watchRun } from '../../state/watched-runs.ts'

/** Shows a run's results: its study is opened where it is not open yet. */
export async function openRun(info: RunInfo): Promise<void> {
  const study =
    useUi.getState().studies.find(({ id }) => id === info.study) ?? (await openStudy(info.request.paths))
  if (study !== undefined) showRun(info.id, study)
}

/** Compares the four images of a run on the series that is shown, or on the study's first. */
export function showRun(run: string, study: StudyInfo): void {
  watchRun(run)
  const { panes, activePane, run: before } = useUi.getState()
  if (before !== undefined && before !== run) letGo(before)
  const shown = panes[activePane]?.series
  const first = study.series[0]
  const series = shown?.study === study.id ? shown : first && { study: study.id, series: first.index }
  if (series !== undefined) showComparison(run, series)
  setUi({ step: 'results' })
}

/** Frees what a run at rest holds in the page. */
function letGo(run: string): void {
  const live = useLiveRuns.getState()[run]
  if (live === undefined || isAtWork(live)) return
  forgetRun(run)
  forgetImages({ run })
}

export function cancelRun(run: string): void {
  engine.runs.cancel.mutate({ run }).catch(notifyUser)
}

/** Goes on where a run was stopped. */
export async function resumeRun(run: string): Promise<void> {
  try {
    await engine.runs.resume.mutate({ run })
    forgetRun(run)
    watchRun(run)
    await refreshRuns()
  } catch (error) {
    notifyUser(error)
  }
}

export async function renameRun(run: string, name: string): Promise<void> {
  await engine.runs.rename.mutate({ run, name }).catch(notifyUser)
  await refreshRuns()
}

/** Deletes runs one after the other; what can't be deleted is said, and the others go all the same. */
export async function deleteRuns(runs: readonly string[]): Promise<void> {
  for (const run of runs) await deleteOne(run)
  await refreshRuns()
}

async function deleteOne(run: string): Promise<void> {
  try {
    await engine.runs.delete.mutate({ run })
    if (useUi.getState().run === run) leaveRun()
    forgetRun(run)
    forgetImages({ run })
  } catch (error) {
    notifyUser(error)
  }
}

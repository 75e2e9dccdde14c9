import { create } from 'zustand'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { api, engine, isQueryOfStudy, ownRequest, queryClient } from '../../api/client.ts'
import { chooseNatively, desktop } from '../../api/native.ts'
import { notifyUser } from '../../api/notify.ts'
import { forgetPredictions } from '../../state/predictions.ts'
import { setUi, studyClosed, studyOpened, useUi } from '../../state/ui-store.ts'
import { forgetImages } from '../../viewer/forget-images.ts'

/** A scan that is under way. */
export interface Opening {
  readonly title: string
  readonly done: number
  readonly total: number
  readonly cancel: () => void
}

export const useOpening = create<{ readonly opening: Opening | undefined }>(() => ({ opening: undefined }))

/**
 * Scans files and folders and shows what they hold. Notifies of what goes wrong; undefined then, and when the
 * user cancels.
 */
export async function openStudy(paths: readonly string[]): Promise<StudyInfo | undefined> {
  const abort = new AbortController()
  const title = paths[0]?.split(/[\\/]/).at(-1) ?? ''
  const progress = (done: number, total: number) => {
    useOpening.setState({
      opening: {
        title,
        done,
        total,
        cancel: () => {
          abort.abort()
        },
      },
    })
  }
  useOpening.getState().opening?.cancel()
  progress(0, 0)
  try {
    const events = await engine.studies.open.mutate(
      { paths: [...paths] },
      { signal: abort.signal, ...ownRequest },
    )
    for await (const event of events) {
      if (abort.signal.aborted) return undefined
      if (event.type === 'progress') progress(event.done, event.total)
      if (event.type !== 'study') continue
      takeStudy(event.study)
      if (event.study.failures.length > 0) setUi({ leftTab: 'studies' })
      await queryClient.invalidateQueries(api.studies.recent.queryFilter())
      return event.study
    }
  } catch (error) {
    notifyUser(error)
  } finally {
    if (!abort.signal.aborted) useOpening.setState({ opening: undefined })
  }
  return undefined
}

/** Stops a scan at once; the engine hears of it when it next looks. */
export function cancelOpening(): void {
  useOpening.getState().opening?.cancel()
  useOpening.setState({ opening: undefined })
}

/** Where it was open with other images, nothing that is known of it holds: places in it mean others now. */
function takeStudy(study: StudyInfo): void {
  const before = useUi.getState().studies.find(({ id }) => id === study.id)
  if (before !== undefined && JSON.stringify(before.series) !== JSON.stringify(study.series))
    forgetStudy(study.id)
  studyOpened(study)
}

export function closeStudy(study: string): void {
  forgetStudy(study)
  engine.studies.close.mutate({ study }).catch(notifyUser)
}

/** Takes it, and all that was asked of it, out of the page. */
function forgetStudy(study: string): void {
  studyClosed(study)
  forgetImages({ study })
  forgetPredictions(study)
  queryClient.removeQueries({ predicate: ({ queryKey }) => isQueryOfStudy(study, queryKey) })
}

/** Lets the user pick a study, in the operating system's dialog where there is one. */
export function askForStudy(): void {
  const bridge = desktop()
  if (bridge === undefined) {
    setUi({ dialog: 'open' })
    return
  }
  chooseNatively(bridge, 'study-folders')
    .then((paths) => (paths === undefined ? undefined : openStudy(paths)))
    .catch(notifyUser)
}

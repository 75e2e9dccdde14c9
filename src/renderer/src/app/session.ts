import type { StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { engine } from '../api/client.ts'
import { notifyUser } from '../api/notify.ts'
import { openStudy } from '../features/study/open-study.ts'
import { seriesOf, setUi, showPanes, useUi } from '../state/ui-store.ts'
import { watchRun } from '../state/watched-runs.ts'
import { slicesOf } from '../viewer/slices.ts'
import { panesOf, readView, type SessionView, viewOf } from './session-view.ts'

/** Shows what was shown when the page was left, where the user wants that; keeps it from then on. */
export function beginSession(): () => void {
  let end: () => void = () => undefined
  let isOver = false
  void restore()
    .catch(notifyUser)
    .finally(() => {
      if (!isOver) end = keepSession()
    })
  return () => {
    isOver = true
    end()
  }
}

/**
 * `radversary serve --study` names studies in the page's address: they are opened once, not at each reload.
 */
async function restore(): Promise<void> {
  const asked = new URLSearchParams(window.location.search).getAll('study')
  if (asked.length > 0) {
    window.history.replaceState(null, '', window.location.pathname)
    await openStudy(asked)
  } else if ((await engine.settings.get.query()).restoreSession) await restoreLast()
}

async function restoreLast(): Promise<void> {
  const session = await engine.session.get.query()
  if (session === null) return
  const recent = await engine.studies.recent.query()
  for (const id of session.studies) {
    const paths = recent.find((study) => study.id === id)?.paths
    if (paths !== undefined) await openStudy(paths)
  }
  const view = readView(session.view)
  if (view !== undefined) await showAgain(view)
}

async function showAgain(view: SessionView): Promise<void> {
  const { runs } = await engine.runs.list.query()
  const { studies } = useUi.getState()
  const shown = runs.find(({ id, study }) => id === view.run && isOpen(study, studies))?.id
  if (shown !== undefined) watchRun(shown)
  const panes = panesOf(
    { ...view, run: shown },
    (key) => slicesOf(seriesOf(studies, key)?.images ?? []).length,
  )
  const { models } = await engine.models.list.query()
  const { layout, activePane, linked, step, leftTab, sides } = view
  setUi({ linked, step, leftTab, sides, run: shown })
  if (panes.some(({ series }) => series !== undefined)) showPanes({ layout, panes, activePane })
  if (models.some(({ name }) => name === view.model)) setUi({ model: view.model })
}

function isOpen(study: string, studies: readonly StudyInfo[]): boolean {
  return studies.some(({ id }) => id === study)
}

/** How long the page must rest before it is kept. */
const restMilliseconds = 400

function keepSession(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''
  const keep = (): void => {
    const ui = useUi.getState()
    const session = { studies: ui.studies.map(({ id }) => id), view: viewOf(ui) }
    const text = JSON.stringify(session)
    if (text === last) return
    last = text
    // Not worth a word: the next change is kept again.
    engine.session.keep.mutate(session).catch(() => undefined)
  }
  const end = useUi.subscribe(() => {
    clearTimeout(timer)
    timer = setTimeout(keep, restMilliseconds)
  })
  keep()
  return () => {
    clearTimeout(timer)
    end()
  }
}

import type { StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { engine } from '../api/client.ts'
import { notifyUser } from '../api/notify.ts'
import { openStudy, useOpening } from '../features/study/open-study.ts'
import { showPlanes } from '../state/show-planes.ts'
import { sideNames } from '../state/sides.ts'
import { changeSide, seriesOf, setUi, showPanes, type UiState, useUi } from '../state/ui-store.ts'
import { watchRun } from '../state/watched-runs.ts'
import { linkViewports } from '../viewer/viewports.ts'
import { slicesOf } from '../viewer/slices.ts'
import { panesOf, readView, type SessionView, viewOf } from './session-view.ts'

/** Once for each page, however often its effects run. */
let restored: Promise<void> | undefined

/** Shows what was shown when the page was left, where the user wants that; keeps it from then on. */
export function beginSession(): () => void {
  let end: () => void = () => undefined
  let isOver = false
  void (restored ??= restore().catch(notifyUser)).finally(() => {
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
    // What the user opens meanwhile comes first.
    if (useOpening.getState().opening !== undefined) return
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
  setUi({ linked, step, leftTab, run: shown })
  restoreSides(sides)
  if (panes.some(({ series }) => series !== undefined)) {
    showPanes({ layout, panes, activePane })
    showPlanes(panes)
  }
  linkViewports(linked, activePane)
  if (models.some(({ name }) => name === view.model)) setUi({ model: view.model })
}

/** Panels as the user left them, but for those that a narrow window hides now. */
function restoreSides(sides: SessionView['sides']): void {
  for (const name of sideNames)
    if (useUi.getState().sides[name].isByWidth !== true) changeSide(name, sides[name])
}

function isOpen(study: string, studies: readonly StudyInfo[]): boolean {
  return studies.some(({ id }) => id === study)
}

/** How long the page must rest before it is kept. */
const restMilliseconds = 400

function keepSession(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const sessionOf = (ui: UiState) => ({ studies: ui.studies.map(({ id }) => id), view: viewOf(ui) })
  // Only what changes from here on is kept: a study that could not be opened now may be there next time.
  let last = JSON.stringify(sessionOf(useUi.getState()))
  const keep = (): void => {
    const session = sessionOf(useUi.getState())
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
  return () => {
    clearTimeout(timer)
    end()
  }
}

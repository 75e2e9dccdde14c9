import { askForStudy } from '../features/study/open-study.ts'
import { layouts, type Layout, type PaneKind } from '../state/panes.ts'
import { togglePlanes } from '../state/show-planes.ts'
import { scrollBy, scrollTo } from '../state/scrolling.ts'
import {
  seriesOf,
  setActivePane,
  setKind,
  setLayout,
  setUi,
  toggleMaximised,
  toggleSide,
  useUi,
  type ToolName,
} from '../state/ui-store.ts'
import { nextOverlayContent, toggleOverlay } from '../state/overlay.ts'
import { presetsOf } from '../viewer/presets.ts'
import { keepDrawing, redoDrawing, undoDrawing } from '../viewer/drawing.ts'
import {
  applyPreset,
  clearMeasurementsIn,
  linkViewports,
  updateView,
  viewChanges,
} from '../viewer/viewports.ts'

const ui = () => useUi.getState()
const active = () => ui().activePane

function movePane(delta: number): void {
  const count = ui().panes.length
  setActivePane((active() + delta + count) % count)
}

/** Shows the same slice otherwise, in one place, or the original again. */
function compareWith(kind: PaneKind): void {
  if (ui().run !== undefined) setKind(active(), ui().panes[active()]?.kind === kind ? 'original' : kind)
}

function link(): void {
  const linked = !ui().linked
  setUi({ linked })
  linkViewports(linked, active())
}

const plain = {
  next: () => {
    scrollBy(active(), 1)
  },
  previous: () => {
    scrollBy(active(), -1)
  },
  nextTen: () => {
    scrollBy(active(), 10)
  },
  previousTen: () => {
    scrollBy(active(), -10)
  },
  first: () => {
    scrollTo(active(), 0)
  },
  last: () => {
    scrollTo(active(), Infinity)
  },
  nextPane: () => {
    movePane(1)
  },
  previousPane: () => {
    movePane(-1)
  },
  blink: () => {
    compareWith('adversarial')
  },
  swipe: () => {
    compareWith('swipe')
  },
  difference: () => {
    compareWith('perturbation')
  },
  maximise: () => {
    toggleMaximised(active())
  },
  planes: togglePlanes,
  link,
  cine: () => {
    setUi({ cine: !ui().cine })
  },
  overlay: toggleOverlay,
  overlayContent: nextOverlayContent,
  clear: () => {
    clearMeasurementsIn(active())
    keepDrawing()
  },
  undo: undoDrawing,
  redo: redoDrawing,
  open: askForStudy,
  tags: () => {
    if (ui().studies.length > 0) setUi({ dialog: 'tags' })
  },
  palette: () => {
    setUi({ dialog: 'palette' })
  },
  measurements: () => {
    setUi({ dialog: 'measurements' })
  },
  figure: () => {
    setUi({ dialog: 'figure' })
  },
  shortcuts: () => {
    setUi({ dialog: 'shortcuts' })
  },
  leftSide: () => {
    toggleSide('left')
  },
  rightSide: () => {
    toggleSide('right')
  },
  settings: () => {
    setUi({ dialog: 'settings' })
  },
  help: () => {
    setUi({ dialog: 'help' })
  },
} as const

type ViewChange = keyof typeof viewChanges

/** What keys and buttons can ask of the viewports. */
export type Command =
  keyof typeof plain | ViewChange | `tool:${ToolName}` | `layout:${Layout}` | `preset:${string}`

export function runCommand(command: Command): void {
  if (isPlain(command)) plain[command]()
  else if (isViewChange(command)) updateView(active(), viewChanges[command])
  else {
    const [what, name = ''] = command.split(':')
    if (what === 'tool') setUi({ tool: name as ToolName })
    if (what === 'preset') preset(name)
    const layout = layouts.find((each) => each === name)
    if (layout !== undefined) setLayout(layout)
  }
}

function preset(key: string): void {
  const { studies, panes } = ui()
  const modality = seriesOf(studies, panes[active()]?.series)?.modality ?? ''
  const found = presetsOf(modality).find((each) => each.key === key)
  if (found !== undefined) applyPreset(active(), found)
}

function isPlain(command: Command): command is keyof typeof plain {
  return Object.hasOwn(plain, command)
}

function isViewChange(command: Command): command is ViewChange {
  return Object.hasOwn(viewChanges, command)
}

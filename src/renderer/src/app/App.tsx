import { type CSSProperties, type ReactNode, useEffect, useState } from 'react'
import { engine } from '../api/client.ts'
import { notifyUser } from '../api/notify.ts'
import { attackSample } from '../features/attack/start-attack.ts'
import { openStudy } from '../features/study/open-study.ts'
import { Welcome } from '../features/study/Welcome.tsx'
import { type SideName, sideNames, type Sides } from '../state/sides.ts'
import { useFittedColours, useShownRun, type ShownRun } from '../state/shown-run.ts'
import { useUi, changeSide } from '../state/ui-store.ts'
import { followRuns } from '../state/watched-runs.ts'
import { texts } from '../texts.ts'
import { PaneGrid } from '../viewer/panes/PaneGrid.tsx'
import classes from './app.module.css'
import { Boundary } from './Boundary.tsx'
import { listenToDesktop, takeDropped } from './desktop.ts'
import { Dialogs, IntensityDialog } from './Dialogs.tsx'
import { beginSession } from './session.ts'
import { Header, Notices } from './Header.tsx'
import { LostBanner } from './LostBanner.tsx'
import { Library, Strip, Work } from './Panels.tsx'
import { SideDivider } from './SideDivider.tsx'
import { useShortcuts } from './use-shortcuts.ts'
import { StatusBar } from './StatusBar.tsx'
import { Toolbar } from './Toolbar.tsx'
import { useOverlayContents } from './OverlayControls.tsx'
import { useMediaQuery } from '@mantine/hooks'

/**
 * The one window: studies on the left, images in the middle, the work on the right, device and jobs below.
 */
export function App() {
  useShortcuts()
  useNarrowWindow()
  useEffect(beginSession, [])
  useEffect(listenToDesktop, [])
  useEffect(followRuns, [])
  const isEmpty = useUi((ui) => ui.studies.length === 0)
  const run = useShownRun()
  const sides = useUi((ui) => ui.sides)
  useFittedColours(run)
  useOverlayContents(run)
  return (
    <div
      className={classes['app']}
      data-app
      style={sideWidths(sides)}
      onDragOver={(event) => {
        event.preventDefault()
      }}
      onDrop={(event) => {
        event.preventDefault()
        takeDropped([...event.dataTransfer.files])
      }}
    >
      <Header />
      <LostBanner />
      <SidePanel name="left" label={texts.app.left}>
        <Library />
      </SidePanel>
      <SideDivider side="left" />
      <main className={classes['centre']} aria-label={texts.app.viewports}>
        <Boundary part={texts.app.viewports}>{isEmpty ? <FirstStart /> : <Images run={run} />}</Boundary>
      </main>
      <SideDivider side="right" />
      <SidePanel name="right" label={texts.app.work}>
        <Work run={run} />
      </SidePanel>
      <Boundary part={texts.app.status}>
        <StatusBar />
      </Boundary>
      <Boundary part={texts.app.dialogs}>
        <Dialogs run={run} />
        <IntensityDialog />
      </Boundary>
      <Notices />
    </div>
  )
}

interface SidePanelProps {
  readonly name: SideName
  readonly label: string
  readonly children: ReactNode
}

function SidePanel({ name, label, children }: SidePanelProps) {
  const isHidden = useUi((ui) => ui.sides[name].isHidden)
  return (
    <aside className={classes[name]} data-side={name} hidden={isHidden} aria-label={label}>
      <Boundary part={label}>{children}</Boundary>
    </aside>
  )
}

/** Widths of the side panels as CSS custom properties; a preset width is the style sheet's. */
function sideWidths(sides: Sides): CSSProperties {
  const widths = sideNames.flatMap((name) => {
    const { width, isHidden } = sides[name]
    if (isHidden) return [[`--${name}-width`, '0px']]
    return width === undefined ? [] : [[`--${name}-width`, `${width}px`]]
  })
  return Object.fromEntries(widths) as CSSProperties
}

function Images({ run }: { readonly run: ShownRun | undefined }) {
  return (
    <>
      <Toolbar isRunShown={run !== undefined} />
      <div className={classes['viewports']}>
        <PaneGrid run={run?.images} />
      </div>
      <Strip run={run} />
    </>
  )
}

function FirstStart() {
  const [isBusy, setBusy] = useState(false)
  return (
    <Welcome
      isBusy={isBusy}
      onAttackSample={() => {
        setBusy(true)
        void attackSample().finally(() => {
          setBusy(false)
        })
      }}
      onOpenSample={() => {
        engine.studies.sample.query().then(openStudy).catch(notifyUser)
      }}
    />
  )
}

/** Windows that are narrower leave no room for images beside both panels: 1440 pixels at 200 % are 720. */
const narrow = '(max-width: 900px)'

/** Hides the panels beside the images while a window is narrow; those that it has hidden come back. */
function useNarrowWindow(): void {
  const isEmpty = useUi((ui) => ui.studies.length === 0)
  const isNarrow = useMediaQuery(narrow, false, { getInitialValueInEffect: false })
  const hides = isNarrow && !isEmpty
  useEffect(() => {
    for (const name of sideNames) {
      const { isHidden, isByWidth } = useUi.getState().sides[name]
      if (hides && !isHidden) changeSide(name, { isHidden: true, isByWidth: true })
      if (!hides && isByWidth === true) changeSide(name, { isHidden: false, isByWidth: undefined })
    }
  }, [hides])
}

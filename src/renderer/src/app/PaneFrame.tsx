import type { ReactNode } from 'react'
import { setActivePane, useUi } from '../state/ui-store.ts'
import classes from '../viewer/viewer.module.css'

interface PaneFrameProps {
  readonly index: number
  readonly label: string
  readonly children?: ReactNode
}

/** The box of a viewport, whatever it shows: focus and a press of the mouse make it the active one. */
export function PaneFrame({ index, label, children }: PaneFrameProps) {
  const isActive = useUi((ui) => ui.activePane === index)
  const isOnly = useUi((ui) => ui.panes.length === 1)
  const activate = (): void => {
    setActivePane(index)
  }
  return (
    <div
      className={classes['pane']}
      role="group"
      tabIndex={0}
      aria-label={label}
      data-testid={`pane-${index}`}
      data-active={(isActive && !isOnly) || undefined}
      onFocus={activate}
      onPointerDown={activate}
    >
      {children}
    </div>
  )
}

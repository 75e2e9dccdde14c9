import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { evenOut, moveLine, type Tracks } from '../../state/grid-tracks.ts'
import type { Layout } from '../../state/panes.ts'
import { texts } from '../../texts.ts'
import classes from '../viewer.module.css'

interface GridLinesProps {
  readonly layout: Layout
  readonly tracks: Tracks
}

/** The lines between viewports: dragged, moved with the arrow keys, or evened out by a double click. */
export function GridLines({ layout, tracks }: GridLinesProps) {
  const area = useRef<HTMLDivElement>(null)
  return (
    <div ref={area} className={classes['gridLines']}>
      {(['columns', 'rows'] as const).flatMap((side) =>
        tracks[side]
          .slice(1)
          .map((_, line) => (
            <GridLine
              key={`${side} ${line}`}
              {...{ area, layout, side, line }}
              at={placeOf(tracks[side], line)}
            />
          )),
      )}
    </div>
  )
}

function placeOf(shares: readonly number[], line: number): number {
  return shares.slice(0, line + 1).reduce((sum, share) => sum + share, 0)
}

interface GridLineProps {
  readonly area: { readonly current: HTMLDivElement | null }
  readonly layout: Layout
  readonly side: keyof Tracks
  readonly line: number
  /** 0 to 1 */
  readonly at: number
}

const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

function GridLine({ area, layout, side, line, at }: GridLineProps) {
  const drag = (event: PointerEvent): void => {
    const box = area.current?.getBoundingClientRect()
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    const isColumn = side === 'columns'
    const place = isColumn ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height
    moveLine(layout, side, line, place)
  }
  const press = (event: KeyboardEvent): void => {
    const step = keySteps[event.key]
    if (step === undefined) return
    event.preventDefault()
    moveLine(layout, side, line, at + 0.02 * step)
  }
  return (
    <div
      className={classes[side === 'columns' ? 'columnLine' : 'rowLine']}
      style={side === 'columns' ? { left: `${at * 100}%` } : { top: `${at * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-orientation={side === 'columns' ? 'horizontal' : 'vertical'}
      aria-label={texts.viewer.gridLines[side](line + 1)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at * 100)}
      onKeyDown={press}
      onDoubleClick={() => {
        evenOut(layout)
      }}
      onPointerDown={(event) => {
        if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={drag}
    />
  )
}

import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import classes from '../viewer.module.css'
import { afterKey } from './swipe-keys.ts'

/** The line between two images in one viewport, to be dragged or moved with the arrow keys. */
export function SwipeDivider() {
  const at = useUi((ui) => ui.swipeAt)
  const area = useRef<HTMLDivElement>(null)
  const drag = (event: PointerEvent): void => {
    const box = area.current?.getBoundingClientRect()
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    setUi({ swipeAt: Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) })
  }
  const press = (event: KeyboardEvent): void => {
    const next = afterKey(at, event.key)
    if (next === undefined) return
    event.preventDefault()
    setUi({ swipeAt: next })
  }
  return (
    <div ref={area} className={classes['swipe']}>
      <div
        className={classes['divider']}
        style={{ left: `${at * 100}%` }}
        role="slider"
        tabIndex={0}
        aria-label={texts.viewer.divider}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(at * 100)}
        aria-valuetext={texts.viewer.dividerAt(Math.round(at * 100))}
        onKeyDown={press}
        onPointerDown={(event) => {
          if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={drag}
      />
    </div>
  )
}

import { ActionIcon } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { changeSide, toggleSide, useUi } from '../state/ui-store.ts'
import { type SideName, widthAfterKey, widthWithin } from '../state/sides.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'
import { useKeyOf } from './use-shortcuts.ts'

interface SideDividerProps {
  readonly side: SideName
}

/**
 * The line between a panel and the images: dragged, or moved by arrow keys; a double click hides the panel.
 */
export function SideDivider({ side }: SideDividerProps) {
  const isHidden = useUi((ui) => ui.sides[side].isHidden)
  return (
    <div className={classes['divider']} data-side={side}>
      {!isHidden && <Handle side={side} />}
      <HideButton side={side} isHidden={isHidden} />
    </div>
  )
}

/** The width of the panel beside a divider, in CSS pixels, as it changes. */
function useShownWidth(element: RefObject<HTMLElement | null>, side: SideName): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const panel = element.current?.closest('[data-app]')?.querySelector(`aside[data-side=${side}]`)
    if (!panel) return
    const resized = new ResizeObserver(() => {
      setWidth(Math.round(panel.getBoundingClientRect().width))
    })
    resized.observe(panel)
    return () => {
      resized.disconnect()
    }
  }, [element, side])
  return width
}

function Handle({ side }: SideDividerProps) {
  const element = useRef<HTMLDivElement>(null)
  const width = useShownWidth(element, side)
  const take = (wanted: number): void => {
    changeSide(side, { width: widthWithin(wanted, window.innerWidth) })
  }
  const drag = (event: PointerEvent): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    take(side === 'left' ? event.clientX : window.innerWidth - event.clientX)
  }
  const press = (event: KeyboardEvent): void => {
    const next = widthAfterKey(side, width, event.key)
    if (next === undefined) return
    event.preventDefault()
    take(next)
  }
  return (
    <div
      ref={element}
      className={classes['handle']}
      role="separator"
      aria-orientation="vertical"
      aria-label={texts.app.sides[side].divider}
      aria-valuenow={width}
      aria-valuemin={widthWithin(0, window.innerWidth)}
      aria-valuemax={widthWithin(Infinity, window.innerWidth)}
      tabIndex={0}
      data-own-keys
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={drag}
      onDoubleClick={() => {
        toggleSide(side)
      }}
    />
  )
}

function HideButton({ side, isHidden }: SideDividerProps & { readonly isHidden: boolean }) {
  const label = isHidden ? texts.app.sides[side].show : texts.app.sides[side].hide
  const key = useKeyOf(side === 'left' ? 'leftSide' : 'rightSide')
  const Symbol = (side === 'left') === isHidden ? IconChevronRight : IconChevronLeft
  return (
    <ActionIcon
      className={classes['hide']}
      size={18}
      variant="default"
      data-hidden={isHidden || undefined}
      aria-label={label}
      title={key === undefined ? label : `${label} (${key})`}
      aria-keyshortcuts={key}
      onClick={() => {
        toggleSide(side)
      }}
    >
      <Symbol size={10} />
    </ActionIcon>
  )
}

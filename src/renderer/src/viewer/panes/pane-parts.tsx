import { memo, type ReactNode, useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { type Pane, type PaneKind, paneKinds } from '../../state/panes.ts'
import { setPlane } from '../../state/show-planes.ts'
import { texts } from '../../texts.ts'
import classes from '../viewer.module.css'
import { NativeSelect, Text } from '@mantine/core'
import { isDrawing } from '../tools.ts'
import { setActivePane, setKind, toggleMaximised, useUi, setUi } from '../../state/ui-store.ts'
import { Fault } from '../../ui/Fault.tsx'
import { type PlaneName, planeNames } from '../volume/planes.ts'
import type { PlaneImage } from '../volume/use-plane-image.ts'
import type { ShownGradient } from './use-layers.ts'
import { afterKey } from './swipe-keys.ts'

interface PaneTopProps {
  readonly index: number
  readonly pane: Pane
  /** Whether there are a run's images to choose from. */
  readonly hasRun: boolean
  readonly lines: readonly string[]
  /** What else is to be said of the image. */
  readonly children?: ReactNode
}

/** Above an image: of which kind it is, and whose. */
export function PaneTop({ index, pane: { kind, plane, series }, hasRun, lines, children }: PaneTopProps) {
  return (
    <div className={classes['top']}>
      <div className={classes['topRow']}>
        <div className={classes['choices']}>
          {hasRun && <KindChoice index={index} kind={kind} />}
          {series !== undefined && <PlaneChoice index={index} name={plane?.name ?? 'acquired'} />}
        </div>
        {kind !== 'original' && <GeneratedLabel />}
      </div>
      {lines.length > 0 && (
        <div className={classes['lines']}>
          {lines.map((line, i) => (
            <div key={i}>{line}</div>
          ))}
        </div>
      )}
      {children}
    </div>
  )
}

/** An image that is generated says so, always. */
function GeneratedLabel() {
  return (
    <span className={classes['adversarial']} data-testid="adversarial-label">
      {texts.viewer.adversarial}
    </span>
  )
}

/** Which of a run's images a viewport shows. */
const KindChoice = memo(function KindChoice({
  index,
  kind,
}: {
  readonly index: number
  readonly kind: PaneKind
}) {
  return (
    <NativeSelect
      size="xs"
      className={classes['paneBar']}
      aria-label={texts.viewer.choose}
      value={kind}
      data={paneKinds.map((value) => ({ value, label: texts.viewer.kinds[value] }))}
      onChange={(event) => {
        const chosen = paneKinds.find((each) => each === event.currentTarget.value)
        if (chosen !== undefined) setKind(index, chosen)
      }}
    />
  )
})

/** Which plane of its series a viewport shows. */
const PlaneChoice = memo(function PlaneChoice({
  index,
  name,
}: {
  readonly index: number
  readonly name: PlaneName
}) {
  return (
    <NativeSelect
      size="xs"
      className={classes['planeBar']}
      aria-label={texts.viewer.choosePlane}
      value={name}
      data={planeNames.map((value) => ({ value, label: texts.viewer.planes[value] }))}
      onChange={(event) => {
        const chosen = planeNames.find((each) => each === event.currentTarget.value)
        if (chosen !== undefined) setPlane(index, chosen)
      }}
    />
  )
})

/** What a plane of a run lacks. */
export function PlaneNote({ plane: { changed } }: { readonly plane: PlaneImage }) {
  if (changed === undefined) return null
  return (
    <div className={classes['note']} role="status">
      {texts.viewer.planeChanged(changed.slices, changed.of)}
    </div>
  )
}

interface PaneMessageProps {
  readonly kind: PaneKind
  readonly isThere: boolean
  readonly isRunning: boolean
  readonly error: unknown
  readonly plane: PlaneImage | undefined
}

/** Why a viewport has no image. */
export function PaneMessage({ kind, isThere, isRunning, error, plane }: PaneMessageProps) {
  if (error !== undefined)
    return (
      <div className={classes['message']}>
        <Fault error={error} />
      </div>
    )
  if (isThere) return plane === undefined ? null : <PlaneMessage plane={plane} />
  const name = texts.viewer.kinds[kind]
  return (
    <Text className={classes['message']} size="sm">
      {isRunning ? texts.viewer.waiting(name) : texts.viewer.notThere(name)}
    </Text>
  )
}

/** Why there is no plane, or how far the slices are that it is made of. */
function PlaneMessage({ plane: { refusal, progress, scene } }: { readonly plane: PlaneImage }) {
  const text =
    refusal ??
    (progress && scene === undefined
      ? texts.viewer.loadingSlices(progress.loaded, progress.wanted)
      : undefined)
  if (text === undefined) return null
  return (
    <Text className={classes['message']} size="sm" role="status">
      {text}
    </Text>
  )
}

/** Why a gradient that is switched on isn't there (yet). The image below stays as it is. */
export function GradientNote({ gradient }: { readonly gradient: ShownGradient }) {
  const { isWanted, model, error, isComputing } = gradient
  if (!isWanted || (model !== undefined && error === undefined && !isComputing)) return null
  return (
    <div className={classes['note']} role="status" data-testid="gradient-note">
      {error === undefined ? noteText(model) : <Fault tone="note" error={error} />}
    </div>
  )
}

function noteText(model: string | undefined): string {
  return model === undefined ? texts.viewer.noModel : texts.viewer.computingGradient
}

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
      onDoubleClick={(event) => {
        const isOnImage =
          event.target instanceof Element && event.target.closest('select, input, button') === null
        if (isOnImage && !isDrawing(useUi.getState().tool)) toggleMaximised(index)
      }}
    >
      {children}
    </div>
  )
}

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

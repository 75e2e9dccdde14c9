import { Loader, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { SeriesInfo } from '../../../engine/server/studies/study-info.ts'
import { seriesText } from '../features/study/tree.ts'
import { baseKind, type Pane as PaneState, type PaneKind } from '../state/panes.ts'
import { addToRegion, scrollBy, setActivePane, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { BoxLegend } from '../viewer/BoxLegend.tsx'
import { Corners } from '../viewer/Corners.tsx'
import { isGradientOf } from '../viewer/image-loader.ts'
import { MaskLegend } from '../viewer/MaskLegend.tsx'
import { frameRefOf, perturbationScale, type RunPictures } from '../viewer/run-pictures.ts'
import { slicesOf } from '../viewer/slices.ts'
import { useScene } from '../viewer/use-scene.ts'
import { nothingDrawn, Viewport } from '../viewer/Viewport.tsx'
import classes from '../viewer/viewer.module.css'
import { Fault } from './Fault.tsx'
import { GradientNote } from './GradientNote.tsx'
import { KindChoice } from './KindChoice.tsx'
import { OverlayLegend } from './OverlayLegend.tsx'
import { SwipeDivider } from './SwipeDivider.tsx'
import { useBoxOverlay } from './use-box-overlay.ts'
import { useMaskOverlay } from './use-mask-overlay.ts'
import { useDetails } from './use-details.ts'
import { useGradientOverlay, usePerturbationOverlay } from './use-overlay.ts'
import { useShownGradient } from './use-shown-gradient.ts'

interface PaneProps {
  readonly index: number
  readonly pane: PaneState
  readonly series: SeriesInfo
  /** The run whose results are shown, when it is one of this study. */
  readonly run: RunPictures | undefined
}

/** One viewport of the grid with everything around its picture. */
export function Pane({ index, pane, series, run }: PaneProps) {
  const study = pane.series?.study ?? ''
  const slices = slicesOf(series.images)
  const slice = slices[Math.min(pane.slice, slices.length - 1)] ?? { image: 0, frame: 0 }
  const place = run?.placeOf(slice.image)
  const isThere = pane.kind === 'original' || place !== undefined
  const { scene, error, isLoading } = useScene(
    isThere ? frameRefOf(baseKind(pane.kind), study, slice, run) : undefined,
    run === undefined ? undefined : frameRefOf('perturbation', study, slice, run),
    pane.kind === 'swipe' ? frameRefOf('adversarial', study, slice, run) : undefined,
  )
  const [drawn, setDrawn] = useState(nothingDrawn)
  const gradient = useShownGradient(pane.kind, study, slice)
  const shownGradient = scene && gradient.image && isGradientOf(gradient.image, scene.image) ? gradient.image.frame : undefined
  const perturbationOverlay = usePerturbationOverlay(pane.kind, slice.image, scene, run)
  const overlay = useGradientOverlay(shownGradient) ?? perturbationOverlay
  const masks = useMaskOverlay(pane.kind, slice, run)
  const boxes = useBoxOverlay(pane, series, slice, run)
  const region = useUi((ui) => ui.region)
  const swipeAt = useUi((ui) => (pane.kind === 'swipe' ? ui.swipeAt : 1))
  const details = useDetails({ study, ...slice })
  const size = scene?.image.frame
  const fitsRegion = region?.rows === size?.rows && region?.columns === size?.columns

  return (
    <PaneFrame
      index={index}
      label={texts.viewer.pane(texts.viewer.kinds[pane.kind], seriesText(series), pane.slice + 1, slices.length)}
    >
      <Viewport
        index={index}
        scene={scene}
        overlay={overlay}
        masks={masks}
        boxes={boxes}
        swipeAt={swipeAt}
        region={fitsRegion ? (region?.shapes ?? noShapes) : noShapes}
        onDrawn={(next) => {
          setDrawn((before) => (before.view === next.view && before.scale === next.scale ? before : next))
        }}
        onScroll={(delta) => {
          scrollBy(index, delta)
        }}
        onRegion={(shape) => {
          if (size !== undefined) addToRegion(shape, { rows: size.rows, columns: size.columns })
        }}
      />
      {scene !== undefined && (
        <Corners
          {...{ scene, drawn, count: slices.length }}
          gradient={shownGradient}
          isWindowed={pane.kind !== 'perturbation'}
          slice={pane.slice}
          orientation={details.orientation}
        />
      )}
      {scene !== undefined && overlay !== undefined && (
        <OverlayLegend overlay={overlay} scale={run && perturbationScale(run, slice.image, scene.image.frame)} />
      )}
      {scene !== undefined && masks !== undefined && <MaskLegend overlay={masks} />}
      {scene !== undefined && boxes !== undefined && <BoxLegend overlay={boxes} />}
      {scene?.swiped !== undefined && <SwipeDivider />}
      <div className={classes['top']}>
        <div className={classes['topRow']}>
          {run !== undefined && <KindChoice index={index} kind={pane.kind} />}
          {pane.kind !== 'original' && <GeneratedLabel />}
        </div>
        {scene !== undefined && details.lines.length > 0 && (
          <div className={classes['lines']}>
            {details.lines.map((line, i) => (
              <div key={i}>{line}</div>
            ))}
          </div>
        )}
        <GradientNote gradient={gradient} />
      </div>
      <PaneMessage kind={pane.kind} isThere={isThere} isRunning={run?.isRunning === true} error={error} />
      {isLoading && <Loader size="xs" className={classes['busy']} aria-label={texts.viewer.loading} />}
    </PaneFrame>
  )
}

const noShapes: readonly never[] = []

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

/** A picture that is generated says so, always. */
function GeneratedLabel() {
  return (
    <span className={classes['adversarial']} data-testid="adversarial-label">
      {texts.viewer.adversarial}
    </span>
  )
}

interface PaneMessageProps {
  readonly kind: PaneKind
  readonly isThere: boolean
  readonly isRunning: boolean
  readonly error: unknown
}

function PaneMessage({ kind, isThere, isRunning, error }: PaneMessageProps) {
  if (error !== undefined)
    return (
      <div className={classes['message']}>
        <Fault error={error} />
      </div>
    )
  if (isThere) return null
  const name = texts.viewer.kinds[kind]
  return (
    <Text className={classes['message']} c="dimmed" size="sm">
      {isRunning ? texts.viewer.waiting(name) : texts.viewer.notThere(name)}
    </Text>
  )
}

import { Loader } from '@mantine/core'
import { useState } from 'react'
import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { seriesText } from '../../state/examinations.ts'
import type { Pane as PaneState, PaneKind } from '../../state/panes.ts'
import { texts } from '../../texts.ts'
import { Corners } from '../Corners.tsx'
import { perturbationScale, type RunImages } from '../run-images.ts'
import { type Drawn, nothingDrawn, Viewport } from '../Viewport.tsx'
import classes from '../viewer.module.css'
import { GradientNote, PaneFrame, PaneMessage, PaneTop } from './pane-parts.tsx'
import { Legends } from './legends.tsx'
import { SwipeDivider } from './SwipeDivider.tsx'
import { useDetails, usePaneImage, useRegionShapes } from './use-pane-image.ts'
import { type Layers, useLayers } from './use-layers.ts'
import { addToRegion, scrollBy, useUi } from '../../state/ui-store.ts'
import type { LoadedScene } from '../use-scene.ts'

interface PaneProps {
  readonly index: number
  readonly pane: PaneState
  readonly series: SeriesInfo
  /** The run whose results are shown, when it is one of this study. */
  readonly run: RunImages | undefined
}

/** One viewport of the grid with everything around its image. */
export function Pane({ index, pane, series, run }: PaneProps) {
  const { kind } = pane
  const image = usePaneImage(pane, series, run)
  const { study, slice, count, scene } = image
  const layers = useLayers(image, { pane, series, run })
  const details = useDetails({ study, ...slice })
  const [drawn, setDrawn] = useState(nothingDrawn)
  return (
    <PaneFrame
      index={index}
      label={texts.viewer.pane(texts.viewer.kinds[kind], seriesText(series), pane.slice + 1, count)}
    >
      <PaneViewport
        {...{ index, kind, scene, layers }}
        onDrawn={(next) => {
          setDrawn((before) => (before.view === next.view && before.scale === next.scale ? before : next))
        }}
      />
      {scene !== undefined && (
        <>
          <Corners
            {...{ scene, drawn, count }}
            gradient={layers.gradientFrame}
            isWindowed={kind !== 'perturbation'}
            slice={pane.slice}
            orientation={details.orientation}
          />
          <Legends layers={layers} scale={run && perturbationScale(run, slice.image, scene.image.frame)} />
        </>
      )}
      {scene?.swiped !== undefined && <SwipeDivider />}
      <PaneTop
        index={index}
        kind={kind}
        hasRun={run !== undefined}
        lines={scene === undefined ? [] : details.lines}
      >
        <GradientNote gradient={layers.gradient} />
      </PaneTop>
      <PaneMessage
        kind={kind}
        isThere={image.isThere}
        isRunning={run?.isRunning === true}
        error={image.error}
      />
      {image.isLoading && <Loader size="xs" className={classes['busy']} aria-label={texts.viewer.loading} />}
    </PaneFrame>
  )
}

interface PaneViewportProps {
  readonly index: number
  readonly kind: PaneKind
  readonly scene: LoadedScene | undefined
  readonly layers: Layers
  readonly onDrawn: (drawn: Drawn) => void
}

/** An image with what lies over it, where the user scrolls and draws the region. */
function PaneViewport({ index, kind, scene, layers: { overlay, masks, boxes }, onDrawn }: PaneViewportProps) {
  const size = scene?.image.frame
  const region = useRegionShapes(size)
  const swipeAt = useUi((ui) => (kind === 'swipe' ? ui.swipeAt : 1))
  return (
    <Viewport
      {...{ index, scene, overlay, masks, boxes, swipeAt, region, onDrawn }}
      onScroll={(delta) => {
        scrollBy(index, delta)
      }}
      onRegion={(shape) => {
        if (size !== undefined) addToRegion(shape, { rows: size.rows, columns: size.columns })
      }}
    />
  )
}

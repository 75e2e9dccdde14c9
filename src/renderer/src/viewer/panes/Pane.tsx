import { Loader } from '@mantine/core'
import { useState } from 'react'
import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { seriesText } from '../../state/examinations.ts'
import type { Pane as PaneState } from '../../state/panes.ts'
import { notifyUser } from '../../api/notify.ts'
import { texts } from '../../texts.ts'
import { Corners } from '../Corners.tsx'
import type { RunImages } from '../run-images.ts'
import { type Drawn, nothingDrawn, Viewport } from '../Viewport.tsx'
import classes from '../viewer.module.css'
import { GradientNote, PaneFrame, PaneMessage, PaneTop, PlaneNote, SwipeDivider } from './pane-parts.tsx'
import { Legends } from './legends.tsx'
import { lookAtPixel, useCrosshair } from './crosshair.ts'
import { type PaneImage, useDetails, usePaneImage, useRegionShapes } from './use-pane-image.ts'
import { type Layers, useLayers } from './use-layers.ts'
import { scrollBy } from '../../state/scrolling.ts'
import { addToRegion, useUi } from '../../state/ui-store.ts'

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
  const image = usePaneImage({ pane, series, run })
  const { study, slice, count, scene, plane } = image
  const layers = useLayers(image, { pane, series, run })
  const details = useDetails({ study, ...slice })
  const [drawn, setDrawn] = useState(nothingDrawn)
  return (
    <PaneFrame index={index} label={labelOf(pane, series, image)}>
      <PaneViewport
        {...{ index, pane, image, layers }}
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
            slice={image.index}
            place={placeName(pane, image)}
            orientation={plane?.orientation ?? details.orientation}
          />
          <Legends layers={layers} />
        </>
      )}
      {scene?.swiped !== undefined && <SwipeDivider />}
      <PaneTop
        {...{ index, pane }}
        hasRun={run !== undefined}
        lines={scene === undefined ? [] : details.lines}
      >
        <GradientNote gradient={layers.gradient} />
        {plane !== undefined && <PlaneNote plane={plane} />}
      </PaneTop>
      <PaneMessage
        kind={kind}
        isThere={image.isThere}
        isRunning={run?.isRunning === true}
        error={image.error}
        plane={plane}
      />
      {image.isLoading && <Loader size="xs" className={classes['busy']} aria-label={texts.viewer.loading} />}
    </PaneFrame>
  )
}

function labelOf(pane: PaneState, series: SeriesInfo, { index, count }: PaneImage): string {
  const kind = texts.viewer.kinds[pane.kind]
  const name = pane.plane === undefined ? kind : `${kind}, ${texts.viewer.planes[pane.plane.name]}`
  return texts.viewer.pane(name, seriesText(series), index + 1, count)
}

/** Equal for viewports whose pixels of one place are of one place in the patient. */
function placeName({ series, plane }: PaneState, { index }: PaneImage): string {
  if (plane === undefined) return 'acquired'
  return [series?.study, series?.series, plane.name, index, JSON.stringify(plane.turn)].join(' ')
}

interface PaneViewportProps {
  readonly index: number
  readonly pane: PaneState
  readonly image: PaneImage
  readonly layers: Layers
  readonly onDrawn: (drawn: Drawn) => void
}

/** An image with what lies over it, where the user scrolls, draws the region and moves the crosshair. */
function PaneViewport({ index, pane, image, layers: { overlay, masks, boxes }, onDrawn }: PaneViewportProps) {
  const { kind, plane } = pane
  const { scene } = image
  // A region is drawn on slices as they were taken: on those an attack works.
  const size = plane === undefined ? scene?.image.frame : undefined
  const region = useRegionShapes(size)
  const swipeAt = useUi((ui) => (kind === 'swipe' ? ui.swipeAt : 1))
  const lines = useCrosshair(index)
  return (
    <Viewport
      {...{ index, scene, overlay, masks, boxes, swipeAt, region, lines, onDrawn }}
      plane={plane?.name ?? 'acquired'}
      place={placeName(pane, image)}
      changed={kind === 'adversarial' ? 'after' : kind === 'perturbation' ? 'change' : undefined}
      onScroll={(delta) => {
        scrollBy(index, delta)
      }}
      onPoint={(pixel) => {
        lookAtPixel(index, pixel)
      }}
      onRegion={(shape) => {
        if (size !== undefined) addToRegion(shape, { rows: size.rows, columns: size.columns })
        else notifyUser(new Error(texts.viewer.regionOnSlices))
      }}
    />
  )
}

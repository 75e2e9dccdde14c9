import { Loader } from '@mantine/core'
import { useState } from 'react'
import type { SeriesInfo } from '../../../engine/server/studies/study-info.ts'
import { seriesText } from '../features/study/tree.ts'
import type { Pane as PaneState } from '../state/panes.ts'
import { texts } from '../texts.ts'
import { Corners } from '../viewer/Corners.tsx'
import { perturbationScale, type RunPictures } from '../viewer/run-pictures.ts'
import { nothingDrawn } from '../viewer/Viewport.tsx'
import classes from '../viewer/viewer.module.css'
import { GradientNote } from './GradientNote.tsx'
import { Legends } from './Legends.tsx'
import { PaneFrame } from './PaneFrame.tsx'
import { PaneMessage } from './PaneMessage.tsx'
import { PaneTop } from './PaneTop.tsx'
import { PaneViewport } from './PaneViewport.tsx'
import { SwipeDivider } from './SwipeDivider.tsx'
import { useDetails } from './use-details.ts'
import { useLayers } from './use-layers.ts'
import { usePanePicture } from './use-pane-picture.ts'

interface PaneProps {
  readonly index: number
  readonly pane: PaneState
  readonly series: SeriesInfo
  /** The run whose results are shown, when it is one of this study. */
  readonly run: RunPictures | undefined
}

/** One viewport of the grid with everything around its picture. */
export function Pane({ index, pane, series, run }: PaneProps) {
  const { kind } = pane
  const picture = usePanePicture(pane, series, run)
  const { study, slice, count, scene } = picture
  const layers = useLayers(picture, { pane, series, run })
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
        isThere={picture.isThere}
        isRunning={run?.isRunning === true}
        error={picture.error}
      />
      {picture.isLoading && (
        <Loader size="xs" className={classes['busy']} aria-label={texts.viewer.loading} />
      )}
    </PaneFrame>
  )
}

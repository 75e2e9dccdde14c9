import { useEffect } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { baseKind, type Pane as PaneState } from '../../state/panes.ts'
import { scrollOn } from '../../state/scrolling.ts'
import { seriesOf, useUi } from '../../state/ui-store.ts'
import { evenTracks, useTracks } from '../../state/grid-tracks.ts'
import { texts } from '../../texts.ts'
import type { FrameRef } from '../frame.ts'
import { frameRefOf, type RunImages } from '../run-images.ts'
import { prefetchOrder, slicesOf } from '../slices.ts'
import { selectTool } from '../tools.ts'
import { prefetcher } from '../viewports.ts'
import viewer from '../viewer.module.css'
import { GridLines } from './GridLines.tsx'
import { Pane } from './Pane.tsx'
import { PaneFrame } from './pane-parts.tsx'

/** All viewports. */
export function PaneGrid({ run }: { readonly run: RunImages | undefined }) {
  const { layout, panes, studies, tool } = useUi(
    useShallow(({ layout, panes, studies, tool }) => ({ layout, panes, studies, tool })),
  )
  const moved = useTracks((all) => all.moved[layout])
  const tracks = moved ?? evenTracks(layout)
  usePrefetch(run)
  useCine()
  useEffect(() => {
    selectTool(tool)
  }, [tool])
  return (
    <div
      className={viewer['grid']}
      style={{ gridTemplate: `${template(tracks.rows)} / ${template(tracks.columns)}` }}
    >
      {panes.map((pane, index) => {
        const series = seriesOf(studies, pane.series)
        if (series === undefined)
          return <PaneFrame key={index} index={index} label={texts.viewer.emptyPane} />
        return (
          <Pane
            key={index}
            {...{ index, pane, series }}
            run={run?.study === pane.series?.study ? run : undefined}
          />
        )
      })}
      <GridLines {...{ layout, tracks }} />
    </div>
  )
}

function template(shares: readonly number[]): string {
  return shares.map((share) => `minmax(0, ${share}fr)`).join(' ')
}

/** Images ahead on each side. */
const prefetched = 40

/** Scrolling rests this long before more is fetched ahead. */
const restMilliseconds = 80

/** Fetches what scrolling will need next, nearest first, of every kind that is shown. */
function usePrefetch(run: RunImages | undefined): void {
  const panes = useUi((ui) => ui.panes)
  const studies = useUi((ui) => ui.studies)
  useEffect(() => {
    const timer = setTimeout(() => {
      prefetcher.plan(neededNext(panes, studies, run))
    }, restMilliseconds)
    return () => {
      clearTimeout(timer)
    }
  }, [panes, studies, run])
}

function neededNext(
  panes: readonly PaneState[],
  studies: readonly StudyInfo[],
  run: RunImages | undefined,
): FrameRef[] {
  const acquired = panes.filter(({ plane }) => plane === undefined)
  const wanted = acquired.flatMap((pane) => {
    const slices = slicesOf(seriesOf(studies, pane.series)?.images ?? [])
    const study = pane.series?.study ?? ''
    const own = run?.study === study ? run : undefined
    const kinds = [
      baseKind(pane.kind),
      'perturbation',
      ...(pane.kind === 'swipe' ? (['adversarial'] as const) : []),
    ] as const
    return prefetchOrder(pane.slice, slices.length, prefetched).flatMap((place, at) =>
      kinds.flatMap((kind) => {
        const slice = slices[place]
        const ref = slice && frameRefOf(kind, study, slice, own)
        return ref === undefined ? [] : [{ at, ref }]
      }),
    )
  })
  return wanted.sort((a, b) => a.at - b.at).map(({ ref }) => ref)
}

const cineMilliseconds = 1000 / 15

function useCine(): void {
  const cine = useUi((ui) => ui.cine)
  const activePane = useUi((ui) => ui.activePane)
  useEffect(() => {
    if (!cine) return
    const timer = setInterval(() => {
      scrollOn(activePane)
    }, cineMilliseconds)
    return () => {
      clearInterval(timer)
    }
  }, [cine, activePane])
}

import { useEffect } from 'react'
import { gridOf } from '../state/panes.ts'
import { scrollOn, seriesOf, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import type { FrameRef } from '../viewer/frame.ts'
import { frameRefOf, type RunPictures } from '../viewer/run-pictures.ts'
import { prefetchOrder, slicesOf } from '../viewer/slices.ts'
import { selectTool } from '../viewer/tools.ts'
import { prefetcher } from '../viewer/viewports.ts'
import viewer from '../viewer/viewer.module.css'
import { Pane, PaneFrame } from './Pane.tsx'

/** All viewports. */
export function PaneGrid({ run }: { readonly run: RunPictures | undefined }) {
  const { layout, panes, studies, tool } = useUi()
  const { rows, columns } = gridOf(layout)
  usePrefetch(run)
  useCine()
  useEffect(() => {
    selectTool(tool)
  }, [tool])
  return (
    <div
      className={viewer['grid']}
      style={{ gridTemplate: `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))` }}
    >
      {panes.map((pane, index) => {
        const series = seriesOf(studies, pane.series)
        if (series === undefined) return <PaneFrame key={index} index={index} label={texts.viewer.emptyPane} />
        return <Pane key={index} {...{ index, pane, series }} run={run?.study === pane.series?.study ? run : undefined} />
      })}
    </div>
  )
}

/** Pictures ahead on each side. */
const reach = 40

/** Fetches what scrolling will need next, nearest first, of every kind that is shown. */
function usePrefetch(run: RunPictures | undefined): void {
  const panes = useUi((ui) => ui.panes)
  const studies = useUi((ui) => ui.studies)
  useEffect(() => {
    const wanted = panes.flatMap((pane): { at: number; ref: FrameRef }[] => {
      const slices = slicesOf(seriesOf(studies, pane.series)?.images ?? [])
      const study = pane.series?.study ?? ''
      return prefetchOrder(pane.slice, slices.length, reach).flatMap((place, at) => {
        const slice = slices[place]
        if (slice === undefined) return []
        const own = run?.study === study ? run : undefined
        const kinds = [pane.kind === 'perturbation' ? 'original' : pane.kind, 'perturbation'] as const
        return kinds.flatMap((kind) => frameRefOf(kind, study, slice, own) ?? []).map((ref) => ({ at, ref }))
      })
    })
    prefetcher.plan(wanted.sort((a, b) => a.at - b.at).map(({ ref }) => ref))
  }, [panes, studies, run])
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

import { askGeometry, geometryOf, gridOf } from './geometry.ts'
import { type Pane, type SeriesKey, scrolled } from './panes.ts'
import { isSameSeries, planeOf, planesFollowing, scrolledPlane } from './plane-panes.ts'
import { alongNormal, followed } from './position-link.ts'
import { countOf, setUi, useUi } from './ui-store.ts'

/** Which of how many images or planes a viewport shows. */
function placeOf(pane: Pane): { readonly index: number; readonly count: number } {
  const plane = planeOf(pane, gridOf)
  if (pane.plane !== undefined) return plane ?? { index: 0, count: 0 }
  return { index: pane.slice, count: pane.series === undefined ? 0 : countOf(pane.series) }
}

/** Shows another image, or plane, of what a viewport shows. */
export function scrollTo(index: number, to: number): void {
  const { panes, linked } = useUi.getState()
  if (panes[index]?.plane !== undefined) {
    setUi({ panes: scrolledPlane(panes, index, to, { linked, gridOf }) })
    return
  }
  const moved = scrolled(panes, index, to, { linked, countOf })
  if (moved === panes) return
  setUi({ panes: linked ? planesFollowing(atOnePlace(panes, moved, index), index, gridOf) : moved })
}

export function scrollBy(index: number, delta: number): void {
  const pane = useUi.getState().panes[index]
  if (pane !== undefined) scrollTo(index, placeOf(pane).index + delta)
}

/** One image on, from the last to the first: for cine. */
export function scrollOn(index: number): void {
  const pane = useUi.getState().panes[index]
  if (pane === undefined) return
  const { index: at, count } = placeOf(pane)
  if (count > 1) scrollTo(index, (at + 1) % count)
}

/** Distances of linked series, mm, by the two. */
const offsets = new Map<string, number>()

/** Linked panes of other series at the same place in the patient, where both say where their slices lie. */
function atOnePlace(before: readonly Pane[], after: readonly Pane[], active: number): readonly Pane[] {
  const [from, to] = [before[active], after[active]]
  if (from?.series === undefined || to === undefined) return after
  const { series } = from
  return after.map((pane, i) => {
    const isOther = pane.series !== undefined && !isSameSeries(pane.series, series)
    if (pane.series === undefined || !isOther || pane.plane !== undefined) return pane
    const slice = followedSlice(
      { series, from: from.slice, to: to.slice },
      pane.series,
      before[i]?.slice ?? NaN,
    )
    return slice === undefined ? pane : { ...pane, slice }
  })
}

interface Moved {
  readonly series: SeriesKey
  readonly from: number
  readonly to: number
}

/** Until it is known where both lie they go on by their numbers. */
function followedSlice({ series, from, to }: Moved, other: SeriesKey, slice: number): number | undefined {
  const [a, b] = [geometryOf(series), geometryOf(other)]
  if (a === undefined) void askGeometry(series)
  if (b === undefined) void askGeometry(other)
  const link = a && b && alongNormal(a, b)
  const key = [series.study, series.series, other.study, other.series].join(' ')
  const found = link && followed(link, { from, to, slice, offset: offsets.get(key) })
  if (found !== undefined) offsets.set(key, found.offset)
  return found?.slice
}

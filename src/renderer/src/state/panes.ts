import type { Vector3 } from '../../../core/dicom/geometry.ts'
import type { FrameKind } from '../viewer/frame.ts'
import type { PlaneName, Turn } from '../viewer/volume/planes.ts'

/** One image of a slice, or `swipe`: the original left of a divider and the adversarial one right of it. */
export type PaneKind = FrameKind | 'swipe'

/** What one viewport shows: a place in a series, as it is or as a run has made it. */
export interface Pane {
  /** Undefined for an empty viewport. */
  readonly series: SeriesKey | undefined
  readonly kind: PaneKind
  /** Index of the image in the series; of a plane, of the slice that goes through its point. */
  readonly slice: number
  /** The plane through the series that is shown; undefined for its slices as they were taken. */
  readonly plane?: PlaneView | undefined
}

/** A plane of the patient. */
export interface PlaneView {
  readonly name: Exclude<PlaneName, 'acquired'>
  /** A place in the plane, in voxels: planes of one series share it. Undefined until the grid is known. */
  readonly point: Vector3 | undefined
  readonly turn: Turn
}

export interface SeriesKey {
  readonly study: string
  /** Index of the series in the study. */
  readonly series: number
}

/** Rows and columns, at most four of each. */
export type Layout = `${Side}x${Side}`
type Side = 1 | 2 | 3 | 4

const sides: readonly Side[] = [1, 2, 3, 4]

export const layouts: readonly Layout[] = sides.flatMap((rows) =>
  sides.map((columns): Layout => `${rows}x${columns}`),
)

/** Rows and columns, as in '1x2'. */
export function sidesOf(layout: Layout): { readonly rows: number; readonly columns: number } {
  const [rows = 1, columns = 1] = layout.split('x').map(Number)
  return { rows, columns }
}

const comparedKinds = [
  'original',
  'adversarial',
  'perturbation',
  'smoothed',
] as const satisfies readonly FrameKind[]

/** What a viewport can show of a run. */
export const paneKinds = [...comparedKinds, 'swipe'] as const satisfies readonly PaneKind[]

/**
 * The image that lies below: a perturbation is painted on the original, which gives it size, place and the
 * probe's values.
 */
export function baseKind(kind: PaneKind): FrameKind {
  return kind === 'perturbation' || kind === 'swipe' ? 'original' : kind
}

export const emptyPane: Pane = { series: undefined, kind: 'original', slice: 0 }

/**
 * As many panes as the layout has; new ones continue what the first shows, with the next kind where kinds are
 * compared.
 */
export function withLayout(panes: readonly Pane[], layout: Layout, compared: boolean): Pane[] {
  const { rows, columns } = sidesOf(layout)
  const [first = emptyPane] = panes
  return Array.from({ length: rows * columns }, (_, i) => {
    const kind = comparedKinds[i]
    return panes[i] ?? { ...first, kind: compared && kind !== undefined ? kind : first.kind }
  })
}

/** The same series and slice in every pane, each of another kind. */
export function comparison(series: SeriesKey, slice: number, count: number): Pane[] {
  return Array.from({ length: count }, (_, i) => ({ series, slice, kind: comparedKinds[i] ?? 'original' }))
}

/**
 * Scrolls one pane to a slice and, while linked, all others by as much. `countOf` says how many images a
 * series has.
 */
export function scrolled(
  panes: readonly Pane[],
  active: number,
  slice: number,
  { linked, countOf }: { readonly linked: boolean; readonly countOf: (series: SeriesKey) => number },
): readonly Pane[] {
  const moving = panes[active]
  if (moving?.series === undefined) return panes
  const within = (pane: Pane, wanted: number) =>
    Math.max(0, Math.min(wanted, pane.series === undefined ? 0 : countOf(pane.series) - 1))
  const delta = within(moving, slice) - moving.slice
  if (delta === 0) return panes
  return panes.map((pane, i) =>
    i === active || linked ? { ...pane, slice: within(pane, pane.slice + delta) } : pane,
  )
}

/** Panes without what a closed study had shown. */
export function withoutStudy(panes: readonly Pane[], study: string): Pane[] {
  return panes.map((pane) => (pane.series?.study === study ? { ...emptyPane } : pane))
}

import type { Vector3 } from '../../../core/dicom/geometry.ts'
import type { VolumeGrid } from '../../../core/dicom/volume-grid.ts'
import { inside, middleOf, rounded } from '../viewer/volume/grid.ts'
import { movedTo, planeThrough, type Plane, unturned } from '../viewer/volume/planes.ts'
import type { Pane, PlaneView, SeriesKey } from './panes.ts'

/** The grid of a series, where it is known. */
type GridOf = (key: SeriesKey | undefined) => VolumeGrid | undefined

/** The plane that a pane shows; undefined of slices as they were taken, and before the grid is known. */
export function planeOf({ series, plane }: Pane, gridOf: GridOf): Plane | undefined {
  const grid = gridOf(series)
  return plane?.point === undefined || grid === undefined
    ? undefined
    : planeThrough(grid, plane.name, plane.point, plane.turn)
}

export function isSameSeries(a: SeriesKey | undefined, b: SeriesKey | undefined): boolean {
  return a?.study === b?.study && a?.series === b?.series
}

/** A place in voxels that a pane looks at: its plane's, or the middle of its slice. */
export function pointOf({ slice, plane }: Pane, grid: VolumeGrid): Vector3 {
  if (plane?.point !== undefined) return plane.point
  const [x, y] = middleOf(grid)
  return rounded([x, y, Math.max(0, grid.order.indexOf(slice))])
}

/**
 * All panes of a series at one place: its planes always, slices as they were taken while panes are linked,
 * and the pane that was moved.
 */
export function movedToPoint(
  panes: readonly Pane[],
  active: number,
  point: Vector3,
  { linked, gridOf }: { readonly linked: boolean; readonly gridOf: GridOf },
): readonly Pane[] {
  const series = panes[active]?.series
  const grid = gridOf(series)
  if (grid === undefined) return panes
  const within = inside(grid, point)
  const slice = grid.order[Math.round(within[2])] ?? 0
  return panes.map((pane, i) => {
    if (!isSameSeries(pane.series, series)) return pane
    if (pane.plane !== undefined) return { ...pane, slice, plane: { ...pane.plane, point: within } }
    return linked || i === active ? { ...pane, slice } : pane
  })
}

/** A pane's plane at another index, with all panes that follow it. */
export function scrolledPlane(
  panes: readonly Pane[],
  active: number,
  index: number,
  options: { readonly linked: boolean; readonly gridOf: GridOf },
): readonly Pane[] {
  const pane = panes[active]
  const plane = pane && planeOf(pane, options.gridOf)
  const grid = options.gridOf(pane?.series)
  if (pane?.plane?.point === undefined || plane === undefined || grid === undefined) return panes
  const to = Math.max(0, Math.min(index, plane.count - 1))
  if (to === plane.index) return panes
  return movedToPoint(panes, active, movedTo(grid, plane, pane.plane.point, to), options)
}

/** Planes of the series that an acquired slice was scrolled in, at that slice. */
export function planesFollowing(panes: readonly Pane[], active: number, gridOf: GridOf): readonly Pane[] {
  const moved = panes[active]
  const grid = gridOf(moved?.series)
  if (moved === undefined || grid === undefined) return panes
  const k = Math.max(0, grid.order.indexOf(moved.slice))
  return panes.map((pane) => {
    const point = pane.plane?.point
    if (pane.plane === undefined || point === undefined || !isSameSeries(pane.series, moved.series))
      return pane
    return { ...pane, slice: moved.slice, plane: { ...pane.plane, point: [point[0], point[1], k] } }
  })
}

/** A pane that shows a plane of its series through the place that others of the series look at. */
export function withPlane(pane: Pane, name: PlaneView['name'], point: Vector3 | undefined): Pane {
  return { ...pane, plane: { name, point, turn: unturned } }
}

import { useMemo } from 'react'
import { askGeometry, gridOf, useGeometry } from '../../state/geometry.ts'
import type { Pane } from '../../state/panes.ts'
import { isSameSeries } from '../../state/plane-panes.ts'
import { lookAt } from '../../state/show-planes.ts'
import { useUi } from '../../state/ui-store.ts'
import type { CrosshairLine } from '../overlays.ts'
import { cut, placed, type PlacedPlane, type Plane, planeThrough, voxelAt } from '../volume/planes.ts'

/** Colours of lines, by the plane that they stand for, as 3D Slicer has them. */
const colours = { axial: '#ff5c5c', coronal: '#63d471', sagittal: '#ffd43b', acquired: '#9aa7b4' } as const

/** Where other viewports' planes of the same series cut a viewport's image; the same array while they do. */
export function useCrosshair(index: number): readonly CrosshairLine[] {
  const panes = useUi((ui) => ui.panes)
  const known = useGeometry((all) => all.known)
  const lines = useMemo(() => linesIn(panes, index), [panes, known, index])
  const key = JSON.stringify(lines)
  // Viewports are drawn anew for another array; most often the lines are where they were.
  return useMemo(() => JSON.parse(key) as CrosshairLine[], [key])
}

function linesIn(panes: readonly Pane[], index: number): CrosshairLine[] {
  const pane = panes[index]
  const image = pane && placedPane(pane)
  if (pane === undefined || image === undefined) return []
  return panes.flatMap((other, i) => {
    const isCrossing = i !== index && isSameSeries(other.series, pane.series)
    if (!isCrossing || (pane.plane === undefined && other.plane === undefined)) return []
    const plane = placedPane(other)
    const line = plane && cut(image, plane)
    return line === undefined ? [] : [{ ...line, colour: colours[other.plane?.name ?? 'acquired'] }]
  })
}

/** A viewport's plane, of slices as they were taken too. */
function shownPlane({ series, slice, plane }: Pane): Plane | undefined {
  const grid = gridOf(series)
  if (grid === undefined) return undefined
  if (plane === undefined) return planeThrough(grid, 'acquired', [0, 0, grid.order.indexOf(slice)])
  return plane.point && planeThrough(grid, plane.name, plane.point, plane.turn)
}

function placedPane(pane: Pane): PlacedPlane | undefined {
  const [grid, plane] = [gridOf(pane.series), shownPlane(pane)]
  return grid && plane && placed(grid, plane)
}

/** Moves all planes of a viewport's series to where one of its pixels is. */
export function lookAtPixel(index: number, { x, y }: { readonly x: number; readonly y: number }): void {
  const pane = useUi.getState().panes[index]
  const plane = pane && shownPlane(pane)
  if (plane !== undefined) lookAt(index, voxelAt(plane, x, y))
  else if (pane?.series !== undefined) void askGeometry(pane.series)
}

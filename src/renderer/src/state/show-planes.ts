import type { Vector3 } from '../../../core/dicom/geometry.ts'
import type { PlaneName, Turn } from '../viewer/volume/planes.ts'
import { askGeometry, gridOf } from './geometry.ts'
import type { Pane, PlaneView } from './panes.ts'
import { isSameSeries, movedToPoint, pointOf, withPlane } from './plane-panes.ts'
import { setUi, showComparison, useUi } from './ui-store.ts'

/** Moves all viewports of a series to a place in voxels. */
export function lookAt(index: number, point: Vector3): void {
  const { panes, linked } = useUi.getState()
  setUi({ panes: movedToPoint(panes, index, point, { linked, gridOf }) })
}

/** Shows a plane of a viewport's series, through the place that its planes look at, or its slices again. */
export function setPlane(index: number, name: PlaneName): void {
  const { panes } = useUi.getState()
  const planeOf = (pane: Pane): Pane =>
    name === 'acquired' ? { ...pane, plane: undefined } : withPlane(pane, name, undefined)
  showPlanes(panes.map((each, i) => (i === index && each.series !== undefined ? planeOf(each) : each)))
}

const patientPlanes = ['axial', 'coronal', 'sagittal'] as const satisfies readonly PlaneView['name'][]

/**
 * The three planes of the active viewport's series, and its slices beside them; the second time the slices
 * alone, or of a run its four images.
 */
export function togglePlanes(): void {
  const { panes, activePane, run } = useUi.getState()
  const active = panes[activePane]
  if (active?.series === undefined) return
  const { series, kind, slice } = active
  const plain: Pane = { series, kind, slice }
  if (!panes.some(({ plane }) => plane !== undefined)) {
    setUi({ layout: '2x2', activePane: 0, maximised: undefined })
    showPlanes([...patientPlanes.map((name) => withPlane(plain, name, undefined)), plain])
  } else if (run !== undefined && panes.some((each) => each.kind !== 'original'))
    showComparison(run, series, slice)
  else setUi({ layout: '1x1', panes: [plain], activePane: 0, maximised: undefined })
}

/** Shows panes, of which some are planes whose place is found once the grid is known. */
export function showPlanes(panes: readonly Pane[]): void {
  setUi({ panes: placed(panes) })
  for (const { series, plane } of panes)
    if (series !== undefined && plane !== undefined && plane.point === undefined)
      void askGeometry(series).then(() => {
        setUi({ panes: placed(useUi.getState().panes) })
      })
}

/** Puts planes that have no place yet where others of their series are. */
function placed(panes: readonly Pane[]): readonly Pane[] {
  return panes.map((pane) => {
    const grid = gridOf(pane.series)
    if (pane.plane === undefined || pane.plane.point !== undefined || grid === undefined) return pane
    const other = panes.find(({ series, plane }) => plane?.point && isSameSeries(series, pane.series))
    const point = other?.plane?.point ?? pointOf({ ...pane, plane: undefined }, grid)
    return { ...pane, plane: { ...pane.plane, point } }
  })
}

/** Turns a viewport's plane about the place that it looks at. */
export function turnPlane(index: number, turn: Turn): void {
  const { panes } = useUi.getState()
  setUi({
    panes: panes.map((pane, i) =>
      i === index && pane.plane !== undefined ? { ...pane, plane: { ...pane.plane, turn } } : pane,
    ),
  })
}

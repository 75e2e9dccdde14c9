import type { Vector3 } from '../../../../core/dicom/geometry.ts'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { dot, plus, times } from './vectors.ts'

/** Axis of a grid: 0 along rows (columns), 1 down columns (rows), 2 through slices. */
export type Axis = 0 | 1 | 2

/** Patient coordinates, mm, of a place in voxels. */
export function toPatient({ origin, steps }: VolumeGrid, voxel: Vector3): Vector3 {
  return steps.reduce<Vector3>((at, step, axis) => plus(at, step, voxel[axis as Axis]), origin)
}

/** A way in voxels of a way in mm. A grid's axes are at right angles. */
export function waysInVoxels({ steps: [a, b, c] }: VolumeGrid, way: Vector3): Vector3 {
  return [dot(way, a) / dot(a, a), dot(way, b) / dot(b, b), dot(way, c) / dot(c, c)]
}

/** A place in voxels of patient coordinates in mm. */
export function toVoxel(grid: VolumeGrid, point: Vector3): Vector3 {
  return waysInVoxels(grid, plus(point, grid.origin, -1))
}

/** The middle of a grid, in voxels. */
export function middleOf({ size }: VolumeGrid): Vector3 {
  return [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2]
}

/** The nearest place inside a grid. */
export function inside({ size }: VolumeGrid, [x, y, z]: Vector3): Vector3 {
  const within = (value: number, count: number) => Math.max(0, Math.min(value, count - 1))
  return [within(x, size[0]), within(y, size[1]), within(z, size[2])]
}

export function rounded([x, y, z]: Vector3): Vector3 {
  return [Math.round(x), Math.round(y), Math.round(z)]
}

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/**
 * The grid's axis that is nearest to each of the patient's (x, y, z), each another one, and its sign there.
 */
export function patientAxes({ steps }: VolumeGrid): readonly { axis: Axis; sign: 1 | -1 }[] {
  const lengths = steps.map((step) => Math.sqrt(dot(step, step)))
  const fit = (order: readonly Axis[]) =>
    order.reduce<number>(
      (sum, axis, patient) => sum + Math.abs(steps[axis][patient as Axis]) / (lengths[axis] ?? 1),
      0,
    )
  const best = orders.reduce<readonly Axis[]>(
    (found, order) => (fit(order) > fit(found) ? order : found),
    orders[0],
  )
  return best.map((axis, patient) => ({ axis, sign: steps[axis][patient as Axis] < 0 ? -1 : 1 }))
}

/** The voxel way along a grid's axis. */
export function along(axis: Axis, by: number): Vector3 {
  const unit: readonly Vector3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  return times(unit[axis] ?? [0, 0, 0], by)
}

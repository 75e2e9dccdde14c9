import type { Vector3 } from '../dicom/geometry.ts'
import type { SliceGeometry } from './source-images.ts'

/** Numbers of columns, rows and slices. */
export type Extents = readonly [columns: number, rows: number, slices: number]

/** Returns where the middle of a pixel lies, in mm (LPS). @param index column, row and slice, from 0 */
function pixelPosition(
  { orientation: [along, down], pixelSpacing, origin, step }: SliceGeometry,
  [column, row, slice]: readonly [number, number, number],
): Vector3 {
  const [betweenRows, betweenColumns] = pixelSpacing
  const at = (axis: 0 | 1 | 2) =>
    origin[axis] + column * betweenColumns * along[axis] + row * betweenRows * down[axis] + slice * step[axis]
  return [at(0), at(1), at(2)]
}

/**
 * Returns how far the pixels of two grids of the same size lie apart at most: at their corners, in mm and in
 * parts of the first grid's least spacing.
 */
export function largestOffset(one: SliceGeometry, other: SliceGeometry, extents: Extents) {
  const [columns, rows, slices] = extents.map((extent) => [0, extent - 1])
  let mm = 0
  for (const column of columns ?? [])
    for (const row of rows ?? [])
      for (const slice of slices ?? []) {
        const [a, b] = [pixelPosition(one, [column, row, slice]), pixelPosition(other, [column, row, slice])]
        mm = Math.max(mm, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]))
      }
  const between = extents[2] > 1 ? Math.hypot(...one.step) : Infinity
  return { mm, pixels: mm / Math.min(...one.pixelSpacing, between) }
}

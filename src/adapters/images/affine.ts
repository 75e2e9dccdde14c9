import type { Vector3 } from '../../core/dicom/geometry.ts'
import { entry } from '../../core/entry.ts'
import type { SliceGeometry } from '../../core/image/source-images.ts'
import { unsupported } from './faults.ts'

/** From voxel indices (i, j, k, 1) to mm, RAS: three rows of four. */
export type Affine = readonly (readonly number[])[]

/** Rows and columns further from a right angle than this (cosine) are none that DICOM can say. */
const rightAngle = 1e-3

/**
 * An affine as DICOM says it, in LPS: i runs along rows, j down columns, k from slice to slice.
 * @throws RadversaryError image-unsupported for rows and columns that are not at right angles, or of no
 * length.
 */
export function ofAffine(affine: Affine, file: string): SliceGeometry {
  const axis = (column: number) =>
    [0, 1, 2].map((row) => toLps(row) * entry(entry(affine, row), column)) as unknown as Vector3
  const [along, down, step, origin] = [axis(0), axis(1), axis(2), axis(3)]
  const [betweenColumns, betweenRows] = [Math.hypot(...along), Math.hypot(...down)]
  const row = scaled(along, 1 / betweenColumns)
  const column = scaled(down, 1 / betweenRows)
  const cosine = row[0] * column[0] + row[1] * column[1] + row[2] * column[2]
  if (!(Math.abs(cosine) <= rightAngle) || ![...origin, ...step].every(Number.isFinite))
    throw unsupported(
      'Affine',
      'rows and columns at right angles, of some length',
      affine.map((each) => each.map((n) => Number(n.toPrecision(4))).join(' ')).join('; '),
      {
        file,
        tip: 'Resample the volume to an upright grid (for example with ITK or nibabel).',
      },
    )
  return { orientation: [row, column], pixelSpacing: [betweenRows, betweenColumns], origin, step }
}

/** Returns the affine of where slices lie: what `ofAffine` was given. */
export function toRas({ orientation: [along, down], pixelSpacing, origin, step }: SliceGeometry): Affine {
  const [betweenRows, betweenColumns] = pixelSpacing
  const columns = [scaled(along, betweenColumns), scaled(down, betweenRows), step, origin]
  return ([0, 1, 2] as const).map((row) => columns.map((column) => toLps(row) * column[row]))
}

/** The axes right and anterior are turned round: left and posterior. */
function toLps(row: number): number {
  return row < 2 ? -1 : 1
}

function scaled([x, y, z]: Vector3, factor: number): Vector3 {
  return [x * factor, y * factor, z * factor]
}

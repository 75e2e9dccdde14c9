import { expect, test } from 'vitest'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { planeChange } from './plane-change.ts'
import type { Plane } from './planes.ts'
import type { Volume } from './volume.ts'

const levels = { photometric: 'MONOCHROME2', slope: 1, intercept: 0, unit: 'HU', window: { center: 0, width: 1 } } as const // prettier-ignore

/** Three slices of 2x2; what has not come is at the least value. */
function volume(values: readonly number[], there: readonly number[]): Volume {
  const grid = { size: [2, 2, 3] } as unknown as VolumeGrid
  const all = Int16Array.from(values.flatMap((value) => [value, value, value, value]))
  return { ...levels, grid, values: all, min: -1000, max: 100, has: (slice) => there.includes(slice) }
}

/** Rows are slices: a coronal plane. */
const coronal: Plane = {
  rows: 3,
  columns: 2,
  start: [0, 0, 0],
  right: [1, 0, 0],
  down: [0, 0, 1],
  through: [0, 1, 0],
  throughMm: 1,
  spacing: { row: 1, column: 1 },
  index: 0,
  count: 2,
}

test('slices that were not attacked have not changed', () => {
  const before = volume([10, 20, 30], [0, 1, 2])
  const after = volume([-1000, 25, -1000], [1])
  const slab = { millimetres: 1, kind: 'mean' } as const
  expect(Array.from(planeChange(before, after, coronal, slab))).toEqual([0, 0, 5, 5, 0, 0])
})

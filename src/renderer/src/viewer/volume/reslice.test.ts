import { expect, test } from 'vitest'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { planeThrough, type Plane } from './planes.ts'
import { planesOf, reslice, planeChange } from './reslice.ts'
import type { Volume } from './volume.ts'

const grid: VolumeGrid = {
  size: [3, 2, 4],
  origin: [0, 0, 0],
  steps: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  order: [0, 1, 2, 3],
}
/** 100 · slice + 10 · row + column */
const values = Int16Array.from(
  { length: 24 },
  (_, i) => 100 * Math.floor(i / 6) + 10 * (Math.floor(i / 3) % 2) + (i % 3),
)
const voxels = { size: grid.size, values }
const one = { along: 'greatest', planes: 1, outside: -1 } as const

test('planes along the axes are copies, the head up', () => {
  const coronal = reslice(voxels, planeThrough(grid, 'coronal', [0, 1, 0]), one)
  expect(coronal).toBeInstanceOf(Int16Array)
  expect([...coronal]).toEqual([310, 311, 312, 210, 211, 212, 110, 111, 112, 10, 11, 12])
  const sagittal = reslice(voxels, planeThrough(grid, 'sagittal', [2, 0, 0]), one)
  expect([...sagittal]).toEqual([302, 312, 202, 212, 102, 112, 2, 12])
})

test('a slab takes the planes around it, fewer at the ends', () => {
  const plane = planeThrough(grid, 'axial', [0, 0, 1])
  const slab = { ...one, planes: 3 }
  expect([...reslice(voxels, plane, slab)].slice(0, 3)).toEqual([200, 201, 202])
  expect([...reslice(voxels, plane, { ...slab, along: 'least' })].slice(0, 3)).toEqual([0, 1, 2])
  expect([...reslice(voxels, plane, { ...slab, along: 'mean' })].slice(0, 3)).toEqual([100, 101, 102])
  const first = planeThrough(grid, 'axial', [0, 0, 0])
  expect(reslice(voxels, first, { ...slab, along: 'mean' })[0]).toBe(50)
})

test('a thickness is an odd number of planes', () => {
  expect([0, 1, 3, 5, 20].map((mm) => planesOf(mm, { throughMm: 2 }))).toEqual([1, 1, 1, 3, 11])
})

test('turned planes are interpolated: of values that rise evenly, exactly', () => {
  const turn = { aboutRows: 0, aboutColumns: 20 }
  const plane = planeThrough(grid, 'axial', [1, 0.5, 1.5], turn)
  const cut = reslice(voxels, plane, { ...one, outside: NaN })
  const { start, right, down } = plane
  const inside = [...cut].flatMap((value, i) => {
    const [x, y] = [i % plane.columns, Math.floor(i / plane.columns)]
    const at = [0, 1, 2].map((axis) => start[axis as 0] + x * right[axis as 0] + y * down[axis as 0])
    const isIn = at.every((place, axis) => place >= 0 && place <= grid.size[axis as 0] - 1)
    return isIn ? [value - (100 * at[2]! + 10 * at[1]! + at[0]!)] : []
  })
  expect(inside.length).toBeGreaterThan(2)
  for (const difference of inside) expect(Math.abs(difference)).toBeLessThan(1e-3)
})

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

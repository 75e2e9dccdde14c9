import { expect, test } from 'vitest'
import type { Vector3 } from '../../../../core/dicom/geometry.ts'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { middleOf, toPatient, toVoxel } from './grid.ts'
import { cut, movedTo, orientationOf, placed, planeThrough, voxelAt } from './planes.ts'

/** Axial slices from the feet up, as most CT is: x to the left, y to the back, z to the head. */
const axial: VolumeGrid = {
  size: [8, 6, 4],
  origin: [-4, -3, 100],
  steps: [
    [0.5, 0, 0],
    [0, 1, 0],
    [0, 0, 3],
  ],
  order: [0, 1, 2, 3],
}
/** Sagittal slices, rows to the back, columns to the feet. */
const sagittal: VolumeGrid = {
  ...axial,
  steps: [
    [0, 1, 0],
    [0, 0, -1],
    [2, 0, 0],
  ],
}
const point: Vector3 = [5, 2, 1]

test('planes are as readers look at them: from the feet, the front and the left', () => {
  for (const grid of [axial, sagittal])
    for (const [name, right, down] of [
      ['axial', [1, 0, 0], [0, 1, 0]],
      ['coronal', [1, 0, 0], [0, 0, -1]],
      ['sagittal', [0, 1, 0], [0, 0, -1]],
    ] as const)
      expect(orientationOf(grid, planeThrough(grid, name, point)).map((x) => x + 0)).toEqual([
        ...right,
        ...down,
      ])
})

test('a plane goes through its point, which has a pixel in it', () => {
  const plane = planeThrough(axial, 'coronal', point)
  expect(plane).toMatchObject({ rows: 4, columns: 8, index: 2, count: 6, spacing: { row: 3, column: 0.5 } })
  // From the head down: the second slice of four is in the third row.
  expect(voxelAt(plane, 5, 2)).toEqual(point)
})

test('scrolling moves the point along the plane’s normal and stops at the ends', () => {
  const plane = planeThrough(axial, 'sagittal', point)
  expect(movedTo(axial, plane, point, 7)).toEqual([7, 2, 1])
  expect(movedTo(axial, plane, point, 99)).toEqual([7, 2, 1])
})

test('a place in the patient comes back from its voxel', () => {
  expect(toVoxel(sagittal, toPatient(sagittal, point))).toEqual(point)
})

test('other planes cut an image in lines through the common point', () => {
  const image = placed(axial, planeThrough(axial, 'axial', point))
  const line = cut(image, placed(axial, planeThrough(axial, 'sagittal', point)))
  expect(line?.from.x).toBeCloseTo(5.5)
  expect(line?.to.x).toBeCloseTo(5.5)
  expect([line?.from.y, line?.to.y].sort()).toEqual([0, 6])
  expect(cut(image, placed(axial, planeThrough(axial, 'axial', [0, 0, 3])))).toBeUndefined()
})

test('a turned plane has square pixels, goes through the point, and cuts others aslant', () => {
  const turn = { aboutRows: 0, aboutColumns: 30 }
  const middle = middleOf(axial)
  const plane = planeThrough(axial, 'axial', middle, turn)
  expect(plane.spacing).toEqual({ row: 0.5, column: 0.5 })
  const [x, y] = [(plane.columns - 1) / 2, (plane.rows - 1) / 2]
  voxelAt(plane, x, y).forEach((place, axis) => {
    expect(Math.abs(place - middle[axis as 0])).toBeLessThan(0.6)
  })
  const right = orientationOf(axial, plane).slice(0, 3)
  expect(right[0]).toBeCloseTo(Math.cos(Math.PI / 6))
  expect(Math.abs(right[2]!)).toBeCloseTo(0.5)
})

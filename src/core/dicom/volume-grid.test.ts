import { expect, test } from 'vitest'
import type { Vector3 } from './geometry.ts'
import { type GridSlice, volumeGrid } from './volume-grid.ts'

const slice = (position: Vector3, more: Partial<GridSlice> = {}): GridSlice => ({
  rows: 4,
  columns: 3,
  samplesPerPixel: 1,
  pixelSpacing: [0.7, 0.5],
  imageOrientationPatient: [
    [1, 0, 0],
    [0, 1, 0],
  ],
  imagePositionPatient: position,
  ...more,
})
const at = (...heights: number[]) => heights.map((z) => slice([-10, -20, z]))
const refusalOf = (slices: readonly GridSlice[]) => {
  const grid = volumeGrid(slices)
  return 'refusal' in grid ? grid.refusal : ''
}

test('even slices make a grid, whatever their order', () => {
  expect(volumeGrid(at(5, 0, 2.5))).toEqual({
    size: [3, 4, 3],
    origin: [-10, -20, 0],
    steps: [
      [0.5, 0, 0],
      [0, 0.7, 0],
      [0, 0, 2.5],
    ],
    order: [1, 2, 0],
  })
})

test('positions may be rounded, as scanners write them', () => {
  expect(refusalOf(at(0, 0.6, 1.3, 1.9, 2.5))).toBe('')
})

test.each([
  ['a single slice', at(0), /single slice/],
  ['a gap', at(0, 1, 2, 5), /unequal distances, from 1 to 3 mm/],
  ['one place', at(1, 1, 1), /at one place/],
  ['colour', [slice([0, 0, 0], { samplesPerPixel: 3 }), slice([0, 0, 1])], /colour/],
  ['several sizes', [slice([0, 0, 0], { rows: 5 }), slice([0, 0, 1])], /several sizes/],
  ['no position', [slice([0, 0, 0], { imagePositionPatient: undefined }), slice([0, 0, 1])], /absent/],
  ['other spacings', [slice([0, 0, 0], { pixelSpacing: [1, 1] }), slice([0, 0, 1])], /pixel spacings/],
  ['a tilted gantry', [slice([0, 0, 0]), slice([0, 0.5, 1])], /sheared/],
])('%s is refused in a sentence', (_, slices, words) => {
  expect(refusalOf(slices)).toMatch(words)
})

import { expect, test } from 'vitest'
import type { Mask } from '../image/mask.ts'
import { meanOverlap, overlapsOf } from './overlap.ts'

const mask = (...values: number[]): Mask => ({
  rows: 2,
  columns: 4,
  overlapping: false,
  values: Uint8Array.from(values),
})

test('Dice and IoU of each class, worked out by hand', () => {
  const a = mask(0, 1, 1, 1, 0, 0, 2, 2)
  const b = mask(0, 0, 1, 1, 1, 1, 2, 0)
  const overlaps = overlapsOf(a, b, 4)
  expect(overlaps[1]).toEqual({ dice: (2 * 2) / (3 + 4), iou: 2 / 5 })
  expect(overlaps[2]).toEqual({ dice: 2 / 3, iou: 1 / 2 })
  expect(overlaps[3]).toEqual({ dice: null, iou: null })
  expect(meanOverlap(overlaps, 'dice', [1, 2, 3])).toBeCloseTo((4 / 7 + 2 / 3) / 2, 12)
  expect(meanOverlap(overlaps, 'iou', [3])).toBeNull()
})

test('a class that only one of two masks shows overlaps by nothing', () => {
  expect(overlapsOf(mask(0, 0, 0, 0, 0, 0, 0, 1), mask(0, 0, 0, 0, 0, 0, 0, 0), 2)[1]).toEqual({
    dice: 0,
    iou: 0,
  })
})

test('classes that overlap are compared plane by plane', () => {
  const planes = (...values: number[]): Mask => ({
    rows: 1,
    columns: 2,
    overlapping: true,
    values: Uint8Array.from(values),
  })
  const overlaps = overlapsOf(planes(1, 1, 0, 1), planes(1, 0, 0, 1), 2)
  expect(overlaps).toEqual([
    { dice: 2 / 3, iou: 1 / 2 },
    { dice: 1, iou: 1 },
  ])
})

test('masks of two grids are refused', () => {
  const other: Mask = { rows: 1, columns: 8, overlapping: false, values: new Uint8Array(8) }
  expect(() => overlapsOf(mask(0, 0, 0, 0, 0, 0, 0, 0), other, 2)).toThrow(
    'expected masks of one grid, got 2x4 and 1x8',
  )
})

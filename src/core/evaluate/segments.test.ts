import { expect, test } from 'vitest'
import type { Mask } from '../image/mask.ts'
import { meanOverlap, overlapsOf, segmentAgreement } from './segments.ts'

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

const grid = { rows: 2, columns: 4, overlapping: false }
const reference: Mask = { ...grid, values: Uint8Array.of(0, 1, 1, 0, 0, 0, 0, 0) }
const shifted: Mask = { ...grid, values: Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 0) }
const compared = { classes: [1, 2], count: 3, spacing: { row: 2, column: 0.5 } }

test('Dice, IoU and HD95 of every class, distances by the spacing', () => {
  const [first, second] = segmentAgreement(shifted, reference, compared)
  expect(first).toEqual({
    class: 1,
    area: 2,
    dice: 0.5,
    iou: 1 / 3,
    hd95: expect.closeTo(0.475, 9) as number,
  })
  expect(second).toEqual({ class: 2, area: 0, dice: null, iou: null, hd95: null })
})

test('a class that vanished has no distance, and a Dice of 0', () => {
  const [gone] = segmentAgreement({ ...grid, values: new Uint8Array(8) }, reference, compared)
  expect(gone).toEqual({ class: 1, area: 0, dice: 0, iou: 0, hd95: null })
})

import { expect, test } from 'vitest'
import type { Mask } from '../image/mask.ts'
import { segmentAgreement } from './segment-agreement.ts'

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

import { expect, test } from 'vitest'
import {
  areasOf,
  differingFraction,
  fromRuns,
  type Mask,
  maskOf,
  planeOf,
  toRuns,
  uniformMask,
} from './mask.ts'

const exclusive: Mask = { rows: 2, columns: 2, overlapping: false, values: Uint8Array.of(0, 2, 2, 1) }
const overlapping: Mask = { rows: 1, columns: 2, overlapping: true, values: Uint8Array.of(1, 1, 0, 1) }

test('a class’s plane and area, whether classes exclude each other or overlap', () => {
  expect([...planeOf(exclusive, 2)]).toEqual([0, 1, 1, 0])
  expect([...planeOf(overlapping, 1)]).toEqual([0, 1])
  expect(areasOf(exclusive, 4)).toEqual([1, 1, 2, 0])
  expect(areasOf(overlapping, 2)).toEqual([2, 1])
})

test('a uniform mask shows one class everywhere, or none', () => {
  expect([...uniformMask(exclusive, 3, 2).values]).toEqual([2, 2, 2, 2])
  expect([...uniformMask(overlapping, 2, 1).values]).toEqual([0, 0, 1, 1])
  expect([...uniformMask(overlapping, 2, undefined).values]).toEqual([0, 0, 0, 0])
})

test('masks of one grid differ by a fraction of their values; of two grids altogether', () => {
  expect(differingFraction(exclusive, { ...exclusive, values: Uint8Array.of(0, 2, 2, 2) })).toBe(0.25)
  expect(differingFraction(exclusive, overlapping)).toBe(0 + differingFraction(overlapping, exclusive))
  expect(differingFraction(exclusive, { ...exclusive, rows: 1, values: Uint8Array.of(0, 2) })).toBe(1)
})

test('values that don’t fill the grid are refused', () => {
  expect(() => maskOf({ ...exclusive, rows: 3 })).toThrow('Mask: expected values for 3x2 pixels, got 4')
  expect(maskOf(overlapping)).toBe(overlapping)
})

test.each<Mask>([
  { rows: 2, columns: 3, overlapping: false, values: Uint8Array.of(0, 0, 2, 2, 2, 1) },
  { rows: 1, columns: 2, overlapping: true, values: Uint8Array.of(1, 0, 0, 1) },
])('runs become the mask they were made of', (mask) => {
  expect(fromRuns(toRuns(mask))).toEqual(mask)
})

test('values and counts take turns', () => {
  expect(toRuns({ rows: 1, columns: 4, overlapping: false, values: Uint8Array.of(0, 0, 2, 1) }).runs).toEqual(
    [0, 2, 2, 1, 1, 1],
  )
})

test('runs that do not fill the grid are refused', () => {
  expect(() => fromRuns({ rows: 1, columns: 4, overlapping: false, runs: [0, 3] })).toThrow(
    'expected values for 1x4 pixels',
  )
})

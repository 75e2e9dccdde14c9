import { expect, test } from 'vitest'
import { areasOf, differingFraction, maskOf, planeOf, uniformMask, type Mask } from './mask.ts'

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

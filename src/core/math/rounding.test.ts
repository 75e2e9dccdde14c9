import { expect, test } from 'vitest'
import { halfPrecision, halfToEven } from './rounding.ts'

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  [-0.4, 0],
  [-2.6, -3],
])('%d is rounded to %d, as NumPy rounds it', (x, rounded) => {
  expect(halfToEven(x) + 0).toBe(rounded)
})

test('half precision has 11 significant bits', () => {
  expect([0, 1, 2049, 2051, 65504].map(halfPrecision)).toEqual([0, 1, 2048, 2052, 65504])
})

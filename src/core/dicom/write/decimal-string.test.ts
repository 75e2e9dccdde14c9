import { expect, test } from 'vitest'
import { decimalString } from './decimal-string.ts'

test.each([
  [1, '1'],
  [-0.25, '-0.25'],
  [Math.PI, '3.14159265358979'],
  [-1 / 3, '-0.3333333333333'],
  [Math.fround(1e-7), '1.00000001169e-7'],
  [-1.2345678901234567e-200, '-1.23456789e-200'],
])('%d as %s is the nearest that fits into 16 characters', (value, text) => {
  expect(decimalString(value).length).toBeLessThanOrEqual(16)
  expect(Math.abs(Number(decimalString(value)) - value)).toBeLessThanOrEqual(Math.abs(Number(text) - value))
})

import { expect, test } from 'vitest'
import { finite } from './finite.ts'

const tensor = (...values: number[]) => ({ shape: [1, values.length], data: Float32Array.from(values) })

test('finite numbers are handed on as they are', () => {
  const logits = tensor(1, -2, 3e38)
  expect(finite(logits, "Model output 'y'")).toBe(logits)
})

test('NaN and infinity are refused, with how many there are', () => {
  const expected = "Model output 'y': expected finite numbers, got NaN (2 of 3 values)"
  expect(() => finite(tensor(1, NaN, Infinity), "Model output 'y'")).toThrow(expected)
  expect(() => finite(tensor(-Infinity), 'Model gradient')).toThrow('got -Infinity (1 of 1 values)')
})

import { expect, test } from 'vitest'
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { blockDct } from './block-dct.ts'

test('a flat block is its first coefficient alone', () => {
  const { forward } = blockDct([1, 8, 8])
  const coefficients = forward(new Float32Array(64).fill(0.5))
  expect(coefficients[0]).toBeCloseTo(4, 6) // 8 · 0.5
  for (const value of coefficients.subarray(1)) expect(value).toBeCloseTo(0, 6)
})

test('the inverse brings images of any size back, and lengths stay', () => {
  const x = uniformTensor([2, 11, 19], 1).data
  const { forward, inverse } = blockDct([2, 11, 19])
  const coefficients = forward(x)
  expect(largestDifference(inverse(coefficients), x)).toBeLessThan(1e-6)
  const norm = (values: Float32Array) => Math.hypot(...values)
  expect(norm(coefficients)).toBeCloseTo(norm(x), 4)
})

test('the inverse is the transpose', () => {
  const [x, y] = [uniformTensor([1, 9, 10], 1).data, uniformTensor([1, 9, 10], 2).data]
  const { forward, inverse } = blockDct([1, 9, 10])
  const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  expect(inner(forward(x), y)).toBeCloseTo(inner(x, inverse(y)), 5)
})

import { expect, test } from 'vitest'
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { blockDct, type ImageExtents } from './block-dct.ts'

/** Copies, transformed. */
function dctOf(extents: ImageExtents, block?: number) {
  const { forward, inverse } = blockDct(extents, block)
  const copied = (transform: typeof forward) => (x: Float32Array) => {
    const copy = x.slice()
    transform(copy)
    return copy
  }
  return { forward: copied(forward), inverse: copied(inverse) }
}

/** JPEG's own formula (ITU-T T.81, A.3.3) for one block of 8 x 8. */
function jpegCoefficients(x: Float32Array): number[] {
  const c = (k: number) => (k === 0 ? Math.SQRT1_2 : 1)
  const wave = (i: number, k: number) => Math.cos(((2 * i + 1) * k * Math.PI) / 16)
  return Array.from({ length: 64 }, (_, at) => {
    const [v, u] = [Math.floor(at / 8), at % 8]
    const terms = Array.from(x, (value, i) => value * wave(Math.floor(i / 8), v) * wave(i % 8, u))
    return (c(u) * c(v) * terms.reduce((sum, term) => sum + term, 0)) / 4
  })
}

test("blocks of 8 have JPEG's coefficients", () => {
  const x = uniformTensor([1, 8, 8], 3).data
  const coefficients = dctOf([1, 8, 8]).forward(x)
  expect(largestDifference(coefficients, Float32Array.from(jpegCoefficients(x)))).toBeLessThan(1e-6)
})

test('a flat block is its first coefficient alone', () => {
  const { forward } = dctOf([1, 8, 8])
  const coefficients = forward(new Float32Array(64).fill(0.5))
  expect(coefficients[0]).toBeCloseTo(4, 6) // 8 · 0.5
  for (const value of coefficients.subarray(1)) expect(value).toBeCloseTo(0, 6)
})

test('the inverse brings images of any size back, and lengths stay', () => {
  const x = uniformTensor([2, 11, 19], 1).data
  const { forward, inverse } = dctOf([2, 11, 19])
  const coefficients = forward(x)
  expect(largestDifference(inverse(coefficients), x)).toBeLessThan(1e-6)
  const norm = (values: Float32Array) => Math.hypot(...values)
  expect(norm(coefficients)).toBeCloseTo(norm(x), 4)
})

test('the inverse is the transpose', () => {
  const [x, y] = [uniformTensor([1, 9, 10], 1).data, uniformTensor([1, 9, 10], 2).data]
  const { forward, inverse } = dctOf([1, 9, 10])
  const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  expect(inner(forward(x), y)).toBeCloseTo(inner(x, inverse(y)), 5)
})

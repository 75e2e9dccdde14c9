import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { distanceL0, distanceL1, dropSmallChanges, projectL1, toSignsOfLargest } from './l1.ts'

const image = uniformTensor([40], 1, [0.2, 0.8]).data
const box = { lower: new Float32Array(40), upper: new Float32Array(40).fill(1) }
const far = image.map((value, i) => value + (uniformTensor([40], 2, [-1, 1]).data[i] ?? NaN))

/** Squared distance of a point from `far`. */
const squared = (point: Float32Array) =>
  point.reduce((sum, value, i) => sum + (value - (far[i] ?? NaN)) ** 2, 0)

test('the projection lies in ball and box, and no point of both is nearer', () => {
  const projected = far.slice()
  projectL1(projected, image, box, 3)
  expect(distanceL1(projected, image)).toBeLessThanOrEqual(3 + 1e-6)
  expect(distanceL1(projected, image)).toBeGreaterThan(3 - 1e-6)
  expect(projected.every((value) => value >= 0 && value <= 1)).toBe(true)
  for (let seed = 3; seed < 200; seed++) {
    const other = uniformTensor([40], seed, [-1, 1]).data
    const within = projected.map((value, i) => value + 0.05 * (other[i] ?? NaN))
    for (const [i, value] of within.entries()) within[i] = Math.min(Math.max(value, 0), 1)
    const scale = Math.min(1, 3 / distanceL1(within, image))
    const inBoth = within.map((value, i) => (image[i] ?? NaN) + scale * (value - (image[i] ?? NaN)))
    expect(squared(projected)).toBeLessThanOrEqual(squared(inBoth) + 1e-5)
  }
})

test('what lies in ball and box stays', () => {
  const near = image.map((value) => value + 0.01)
  const projected = near.slice()
  projectL1(projected, image, box, 3)
  expect(distanceL1(projected, near)).toBeLessThan(1e-5)
})

test('signs of the largest, a count of changes, and small ones dropped', () => {
  const values = Float32Array.of(0.1, -3, 0, 2, -0.5)
  toSignsOfLargest(values, 0.4)
  expect([...values]).toEqual([0, -1, 0, 1, 0])
  const x = Float32Array.of(0.5, 0.51, 0.9)
  const from = Float32Array.of(0.5, 0.5, 0.5)
  expect(distanceL0(x, from)).toBe(2)
  dropSmallChanges(x, from, 0.1)
  expect(distanceL0(x, from)).toBe(1)
})

import { describe, expect, test } from 'vitest'
import { normL2 } from '../../math/kernels.ts'
import { randomSource } from '../../random.ts'
import { l2Squares, linfSquares, sideOf, squareFraction } from '../squares.ts'

const extents = { channels: 2, rows: 12, columns: 10 }
const zeros = () => new Float32Array(240)

test('the fraction is halved as the paper has it for 10,000 iterations, and stretched to others', () => {
  const of = (iteration: number, steps: number) => squareFraction(0.8, iteration, steps)
  expect([0, 10, 11, 51, 201, 8001].map((iteration) => of(iteration, 10_000))).toEqual([
    0.8,
    0.8,
    0.4,
    0.2,
    0.1,
    0.8 / 2 ** 9,
  ])
  expect([0, 1, 2, 6, 21, 801].map((iteration) => of(iteration, 1000))).toEqual([
    0.8,
    0.8,
    0.4,
    0.2,
    0.1,
    0.8 / 2 ** 9,
  ])
})

test('a square covers the fraction, within the image', () => {
  expect(sideOf({ rows: 12, columns: 10, fraction: 0.3 }, 1)).toBe(6)
  expect(sideOf({ rows: 12, columns: 10, fraction: 1 }, 1)).toBe(10)
  expect(sideOf({ rows: 12, columns: 10, fraction: 0.001 }, 3)).toBe(3)
})

describe('Linf', () => {
  const { start, change } = linfSquares(0.25)

  test('starts with vertical stripes of plus and minus epsilon', () => {
    const stripes = zeros()
    start(stripes, extents, randomSource(1, 0))
    expect(new Set(stripes)).toEqual(new Set([0.25, -0.25]))
    for (const [i, value] of stripes.entries())
      expect(value).toBe(stripes[Math.floor(i / 120) * 120 + (i % 10)])
  })

  test('changes one square of all channels', () => {
    const values = zeros()
    change(values, { ...extents, fraction: 0.3 }, randomSource(2, 0))
    expect(values.filter((value) => value !== 0)).toHaveLength(2 * 36)
  })
})

describe('L2', () => {
  const { start, change } = l2Squares(2)

  test('starts and goes on with the whole budget', () => {
    const [values, random] = [zeros(), randomSource(3, 0)]
    start(values, extents, random)
    expect(normL2(values)).toBeCloseTo(2, 5)
    for (let i = 0; i < 30; i++) {
      change(values, { ...extents, fraction: 0.2 }, random)
      expect(normL2(values)).toBeCloseTo(2, 4)
    }
  })
})

import { describe, expect, test } from 'vitest'
import { patchStarts, patchWeights } from './volume.ts'

describe('patches along an axis', () => {
  test.each([
    [10, 4, 0.5, [0, 2, 4, 6]],
    [11, 4, 0.5, [0, 2, 4, 6, 7]],
    [8, 4, 0, [0, 4]],
    [9, 4, 0, [0, 4, 5]],
    [4, 4, 0.5, [0]],
    [3, 4, 0.5, [0]],
    [5, 2, 0.9, [0, 1, 2, 3]],
  ])('of %i places, by %i and sharing %f, begin at', (axis, patch, overlap, starts) => {
    expect(patchStarts(axis, patch, overlap)).toEqual(starts)
  })

  test('hold every place, and share at least what was asked for', () => {
    for (let axis = 1; axis < 30; axis++)
      for (const [patch, overlap] of [[4, 0.5], [5, 0.25], [7, 0.6]] as const) {
        const starts = patchStarts(axis, patch, overlap)
        const held = new Set(starts.flatMap((start) => Array.from({ length: patch }, (_, i) => start + i)))
        for (let place = 0; place < axis; place++) expect(held.has(place)).toBe(true)
        for (const [n, start] of starts.entries())
          if (n > 0) expect(patch - (start - starts[n - 1]!)).toBeGreaterThanOrEqual(patch * overlap)
      }
  }) // prettier-ignore

  test('weigh the same everywhere, or most in the middle', () => {
    expect([...patchWeights(3, 'constant')]).toEqual([1, 1, 1])
    const [first, second, middle] = patchWeights(5, 'gaussian')
    expect(middle).toBe(1)
    expect(second).toBeCloseTo(Math.exp(-1 / (2 * (5 / 8) ** 2)))
    expect(first).toBeGreaterThan(0)
  })
})

import { expect, test } from 'vitest'
import { lateRiseOf } from './checklist.ts'
import { lossesOf, smallestBudgets, stabilisationOf } from './curves.ts'

test('an image that was fooled early keeps its last loss, so a curve does not fall to that of survivors', () => {
  const losses = lossesOf([[1, 9], [1, 1.1, 1.2, 1.2], []]) // prettier-ignore
  expect(losses).toEqual([1, 5.05, 5.1, 5.1])
  expect(lateRiseOf(losses)).toBeLessThan(0.05)
})

test('only SMIA has curves of its stabilisation', () => {
  const point = (klToSmoothed: number | null, perturbationVariance: number) => ({ klToSmoothed, perturbationVariance }) // prettier-ignore
  expect(stabilisationOf([[point(null, 1)]])).toEqual([])
  expect(stabilisationOf([[point(0.2, 1), point(0.4, 3)], [point(0.4, 1)]])).toEqual([
    { klToSmoothed: expect.closeTo(0.3) as number, variance: 1 },
    { klToSmoothed: 0.4, variance: 2 },
  ])
})

test('an image is fooled at the smallest budget that fools it, or at none', () => {
  const cell = (budget: number, fooled: readonly string[]) => ({
    budget,
    fooled: new Map(['a', 'b', 'c'].map((key) => [key, fooled.includes(key)])),
  })
  expect(smallestBudgets([cell(0.1, ['a', 'b']), cell(0.05, ['b'])])).toEqual([0.1, 0.05, null])
})

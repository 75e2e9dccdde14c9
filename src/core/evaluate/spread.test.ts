import { expect, test } from 'vitest'
import { pooledSpread, spreadOf } from './spread.ts'

test('the spread of values is their mean and population variance, nulls left out', () => {
  expect(spreadOf([1, null, 3])).toEqual({ mean: 2, variance: 1 })
  expect(spreadOf([null])).toEqual({ mean: null, variance: null })
})

test('parts pooled have the spread of all their values', () => {
  const parts = [
    [0.1, 0.4, -0.2],
    [1.5, 0.5, 0.25],
  ]
  const [pooled, whole] = [pooledSpread(parts.map(spreadOf)), spreadOf(parts.flat())]
  expect(pooled.mean).toBeCloseTo(whole.mean!, 12)
  expect(pooled.variance).toBeCloseTo(whole.variance!, 12)
})

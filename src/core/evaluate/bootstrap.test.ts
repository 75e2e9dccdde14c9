import { expect, test } from 'vitest'
import { bootstrapInterval } from './bootstrap.ts'

const successes = (of: number, count: number) => Array.from({ length: count }, (_, i) => Number(i < of))

test('of successes the ends are the quantiles of the binomial distribution that resampling draws from', () => {
  const { lower, upper } = bootstrapInterval(successes(21, 28))!
  // 16 and 25 of 28: the quantiles 0.025 and 0.975 of Binomial(28, 0.75).
  expect(lower).toBeCloseTo(16 / 28, 10)
  expect(upper).toBeCloseTo(25 / 28, 10)
})

test('the same seed gives the same interval, and nothing has none', () => {
  const values = [0.2, 0.9, 0.4, 0.7]
  expect(bootstrapInterval(values, 5)).toEqual(bootstrapInterval(values, 5))
  expect(bootstrapInterval([])).toBeNull()
})

test('values that are all the same are their own interval', () => {
  expect(bootstrapInterval([1, 1, 1])).toEqual({ lower: 1, upper: 1 })
})

import { describe, expect, test } from 'vitest'
import { bootstrapOf, differenceOf, pooledSpread, spreadOf, wilsonInterval } from './statistics.ts'

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

function intervalOfMean(values: readonly number[], seed = 0) {
  const mean = (drawn: Int32Array) => drawn.reduce((sum, i) => sum + values[i]!, 0) / drawn.length
  return bootstrapOf(values.length, mean, { seed })
}

const successes = (of: number, count: number) => Array.from({ length: count }, (_, i) => Number(i < of))

test('of successes the ends are the quantiles of the binomial distribution that resampling draws from', () => {
  const { lower, upper } = intervalOfMean(successes(21, 28))!
  // 16 and 25 of 28: the quantiles 0.025 and 0.975 of Binomial(28, 0.75).
  expect(lower).toBeCloseTo(16 / 28, 10)
  expect(upper).toBeCloseTo(25 / 28, 10)
})

test('the same seed gives the same interval, and nothing has none', () => {
  const values = [0.2, 0.9, 0.4, 0.7]
  expect(intervalOfMean(values, 5)).toEqual(intervalOfMean(values, 5))
  expect(intervalOfMean([])).toBeNull()
})

test('values that are all the same do not say how they vary', () => {
  expect(intervalOfMean([1, 1, 1])).toBeNull()
})

describe('an interval of clusters', () => {
  const mean = (values: readonly number[]) => (drawn: Int32Array) =>
    drawn.reduce((sum, i) => sum + values[i]!, 0) / drawn.length

  test('that hold one value each is that of the values', () => {
    const values = [0.2, 0.9, 0.4, 0.7, 0.1]
    const clustered = bootstrapOf(5, mean(values), { clusters: [4, 3, 2, 1, 0] })
    const [plain, other] = [bootstrapOf(5, mean(values))!, clustered!]
    expect(other.lower).toBeCloseTo(plain.lower, 1)
    expect(other.upper).toBeCloseTo(plain.upper, 1)
  })

  test('of the same values over and over is no narrower than that of one of each', () => {
    const once = [1, 0, 1, 1, 0, 1, 0, 1]
    const repeated = once.flatMap((value) => Array.from({ length: 25 }, () => value))
    const clusters = once.flatMap((_, patient) => Array.from({ length: 25 }, () => patient))
    const whole = bootstrapOf(200, mean(repeated), { clusters })
    expect(whole).toEqual(bootstrapOf(8, mean(once)))
  })

  test('of a rate is that of SciPy 1.17.1, bootstrap of pairs (sum, count), a million resamples', () => {
    const patients = [
      [3, 4],
      [0, 3],
      [2, 2],
      [5, 6],
      [1, 5],
      [4, 4],
      [0, 1],
      [2, 3],
    ] as const
    const values = patients.flatMap(([sum, count]) => successes(sum, count))
    const clusters = patients.flatMap(([, count], patient) => Array.from({ length: count }, () => patient))
    const { lower, upper } = bootstrapOf(values.length, mean(values), { clusters })!
    expect(Math.abs(lower - 0.3333333333333333)).toBeLessThan(0.015)
    expect(Math.abs(upper - 0.8387096774193549)).toBeLessThan(0.015)
  })

  test('is refused where the clusters are of other values', () => {
    expect(() => bootstrapOf(2, () => 1, { clusters: [0] })).toThrow('expected 2 clusters, got 1')
  })
})

/** Of statsmodels 0.15.0: `proportion_confint` by "wilson". */
test.each([
  [24, 28, 0.685101978364747, 0.9430099468025059],
  [0, 12, 0, 0.24249400665524096],
  [12, 12, 0.7575059933447589, 1],
  [1, 200, 0.0008831687156009797, 0.027773704397892937],
])('%i of %i has Wilson’s interval', (some, count, lower, upper) => {
  const found = wilsonInterval(some, count)
  expect(found.lower).toBeCloseTo(lower, 14)
  expect(found.upper).toBeCloseTo(upper, 14)
})

/** Of statsmodels 0.15.0: `confint_proportions_2indep` by "newcomb". */
test.each([
  [48, 80, 56, 70, 0.05243147240236498, 0.33387265403690614],
  [24, 28, 0, 28, -0.9430099468025059, -0.6470170116226805],
])('the difference from %i of %i to %i of %i has Newcombe’s interval', (a, ofA, b, ofB, lower, upper) => {
  const found = differenceOf(wilsonInterval(a, ofA), wilsonInterval(b, ofB))
  expect(found.value).toBeCloseTo(b / ofB - a / ofA, 14)
  expect(found.lower).toBeCloseTo(lower, 14)
  expect(found.upper).toBeCloseTo(upper, 14)
})

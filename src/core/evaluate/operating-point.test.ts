import { expect, test } from 'vitest'
import { operatingPointOf, thresholdFor } from './operating-point.ts'

const scores = [0.9, 0.8, 0.6, 0.3, 0.7, 0.2, 0.1]
const truths = [true, true, true, true, false, false, false]

test('sensitivity is of those that have the label, specificity of the others', () => {
  const { sensitivity, specificity } = operatingPointOf(scores.map((score) => score >= 0.5), truths) // prettier-ignore
  expect(sensitivity).toMatchObject({ successes: 3, count: 4, rate: 0.75 })
  expect(specificity).toMatchObject({ successes: 2, count: 3 })
})

/** Of scikit-learn 1.9.1: the first point of `roc_curve` that finds enough. */
test.each([
  [0.8, 0.4, 0.8571428571428571, 0.5],
  [0.9, 0.35, 1, 0.375],
])(
  'at a sensitivity of %d the operating point is that of scikit-learn',
  (wanted, bar, sensitive, specific) => {
    const has = Array.from({ length: 15 }, (_, i) => i < 7)
    const tied = [0.9, 0.8, 0.8, 0.35, 0.6, 0.71, 0.4, 0.1, 0.4, 0.35, 0.5, 0.2, 0.62, 0.3, 0.8]
    const threshold = thresholdFor(tied, has, wanted)
    expect(threshold).toBe(bar)
    const { sensitivity, specificity } = operatingPointOf(tied.map((score) => score >= bar), has) // prettier-ignore
    expect(sensitivity.rate).toBeCloseTo(sensitive, 14)
    expect(specificity.rate).toBeCloseTo(specific, 14)
  },
)

test('the threshold is the highest that finds enough', () => {
  expect(thresholdFor(scores, truths, 0.75)).toBe(0.6)
  expect(thresholdFor(scores, truths, 0.76)).toBe(0.3)
  expect(thresholdFor(scores, truths, 0)).toBe(0.9)
  expect(thresholdFor([0.4], [false], 0.9)).toBeNull()
})

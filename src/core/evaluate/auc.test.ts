import { expect, test } from 'vitest'
import { aucOf, operatingPointOf, thresholdFor } from './auc.ts'

test('by hand: two of the four pairs are in order, one is tied', () => {
  // Positives 0.2 and 0.7, negatives 0.5 and 0.7: 0.7 > 0.5 counts, 0.7 = 0.7 counts half.
  expect(aucOf([0.2, 0.7, 0.5, 0.7], [true, true, false, false]).value).toBeCloseTo(1.5 / 4, 12)
})

test('agrees with the area by the trapezoidal rule', () => {
  const scores = Array.from({ length: 60 }, (_, i) => ((i * 37) % 23) / 23)
  const truths = scores.map((score, i) => (i * 11) % 7 < 3 + 3 * score)
  const [positives, negatives] = [truths.filter(Boolean).length, truths.filter((truth) => !truth).length]
  const rates = [Infinity, ...[...new Set(scores)].sort((a, b) => b - a)].map((bar) => {
    const above = scores.map((score) => score >= bar)
    return [
      above.filter((isAbove, i) => isAbove && !truths[i]).length / negatives,
      above.filter((isAbove, i) => isAbove && truths[i]).length / positives,
    ] as const
  })
  const area = rates
    .slice(1)
    .reduce((sum, [x, y], i) => sum + ((x - rates[i]![0]) * (y + rates[i]![1])) / 2, 0)
  const auc = aucOf(scores, truths)
  expect(auc.value).toBeCloseTo(area, 10)
  expect(auc.interval!.lower).toBeLessThan(area)
  expect(auc.interval!.upper).toBeGreaterThan(area)
  expect(auc).toMatchObject({ positives, negatives })
})

test('there is none where every image has the label, or none', () => {
  expect(aucOf([0.1, 0.9], [true, true])).toEqual({ value: null, interval: null, positives: 2, negatives: 0 })
  expect(aucOf([], []).value).toBeNull()
})

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

import { expect, test } from 'vitest'
import { aucOf } from './auc.ts'

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

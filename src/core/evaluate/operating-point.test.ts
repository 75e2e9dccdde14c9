import { expect, test } from 'vitest'
import { operatingPointOf, thresholdFor } from './operating-point.ts'

const scores = [0.9, 0.8, 0.6, 0.3, 0.7, 0.2, 0.1]
const truths = [true, true, true, true, false, false, false]

test('sensitivity is of those that have the label, specificity of the others', () => {
  const { sensitivity, specificity } = operatingPointOf(scores.map((score) => score >= 0.5), truths) // prettier-ignore
  expect(sensitivity).toMatchObject({ successes: 3, count: 4, rate: 0.75 })
  expect(specificity).toMatchObject({ successes: 2, count: 3 })
})

test('the threshold is the highest that finds enough', () => {
  expect(thresholdFor(scores, truths, 0.75)).toBe(0.6)
  expect(thresholdFor(scores, truths, 0.76)).toBe(0.3)
  expect(thresholdFor(scores, truths, 0)).toBe(0.9)
  expect(thresholdFor([0.4], [false], 0.9)).toBeNull()
})

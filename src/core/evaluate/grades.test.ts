import { expect, test } from 'vitest'
import { gradeAgreement } from './grades.ts'

test('the same grades agree wholly, reversed ones not at all', () => {
  expect(gradeAgreement([0, 1, 2].map((grade) => [grade, grade])).kappa).toBe(1)
  expect(gradeAgreement([0, 1, 2].map((grade) => [grade, 2 - grade])).kappa).toBe(-1)
})

test('by the confusion matrix, weight for weight', () => {
  const pairs: [number, number][] = [[0, 0], [0, 1], [1, 1], [1, 1], [2, 0], [2, 2], [3, 2], [3, 3]] // prettier-ignore
  const [grades, count] = [4, pairs.length]
  const share = (side: 0 | 1, grade: number) => pairs.filter((pair) => pair[side] === grade).length / count
  let [observed, expected] = [0, 0]
  for (let i = 0; i < grades; i++)
    for (let j = 0; j < grades; j++) {
      const weight = (i - j) ** 2 / (grades - 1) ** 2
      observed +=
        (weight * pairs.filter(([label, predicted]) => label === i && predicted === j).length) / count
      expected += weight * share(0, i) * share(1, j)
    }
  expect(gradeAgreement(pairs).kappa).toBeCloseTo(1 - observed / expected, 12)
  expect(gradeAgreement(pairs).meanAbsoluteError).toBeCloseTo(4 / 8, 12)
})

test('there is no kappa of nothing, or where only one grade occurs', () => {
  expect(gradeAgreement([])).toEqual({ kappa: null, meanAbsoluteError: null })
  expect(gradeAgreement([[1, 1]])).toEqual({ kappa: null, meanAbsoluteError: 0 })
})

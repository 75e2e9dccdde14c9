import { expect, test } from 'vitest'
import { agreementOf } from './agreement.ts'

const judged = (...pairs: [label: number[], predicted: number[]][]) =>
  pairs.map(([label, predicted]) => ({ label, predicted }))

test('counts what is right, and what is taken for what', () => {
  const { accuracy, confusion } = agreementOf(
    judged([[0], [0]], [[0], [1]], [[2], [2]], [[1], [0]]),
    3,
    false,
  )
  expect(accuracy).toMatchObject({ successes: 2, count: 4, rate: 0.5 })
  expect(confusion).toEqual([
    [1, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ])
})

test('several labels are right when they are all there, in whatever order, and no others', () => {
  const { accuracy, confusion } = agreementOf(
    judged(
      [
        [2, 0],
        [0, 2],
      ],
      [[1], [0, 1]],
      [[], []],
    ),
    3,
    true,
  )
  expect(accuracy).toMatchObject({ successes: 2, count: 3 })
  expect(confusion).toBeNull()
})

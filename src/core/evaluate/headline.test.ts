import { expect, test } from 'vitest'
import { headlineOf } from './headline.ts'

const slice = (success: boolean, metBefore: boolean) => ({ success, metBefore })

test('slices that were wrong before are neither fooled nor counted, whatever became of them', () => {
  const slices = [slice(true, false), slice(false, false), slice(true, true), slice(false, true)]
  expect(headlineOf(slices)).toMatchObject({
    slices: 4,
    metBefore: 2,
    fooled: { successes: 1, count: 2, rate: 0.5 },
  })
})

test('where all were wrong before there is no rate', () => {
  expect(headlineOf([slice(true, true)])).toMatchObject({ metBefore: 1, fooled: { count: 0, rate: null } })
})

test('no success still leaves room above: the interval is Wilson’s', () => {
  const { fooled } = headlineOf(Array.from({ length: 10 }, () => slice(false, false)))
  expect(fooled).toMatchObject({ rate: 0, lower: 0 })
  expect(fooled.upper).toBeCloseTo(0.2775, 4)
})

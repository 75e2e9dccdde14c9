import { expect, test } from 'vitest'
import { sampleRangeOf } from './sample-shape.ts'

test('the range that a model is given is that of 0 and 1 after the card’s mean and std', () => {
  expect(sampleRangeOf({ mean: [0.5], std: [0.25] })).toEqual([-2, 2])
  expect(sampleRangeOf({ mean: [0, 0.5], std: [1, 0.1] })).toEqual([-5, 5])
  expect(sampleRangeOf({ mean: [0], std: [1 / 255] })).toEqual([0, 255])
})

test.each([undefined, {}, { mean: [0] }, { mean: ['x'], std: [1] }, { mean: [0], std: [0] }])(
  'there is none in %j',
  (card) => {
    expect(sampleRangeOf(card)).toBeUndefined()
  },
)

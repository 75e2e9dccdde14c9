import { expect, test } from 'vitest'
import { calibrationOf } from './calibration.ts'

test('ECE and the largest gap by hand: 2/5 · 0.25 + 3/5 · 0.3167', () => {
  const right = [false, false, true, true, true]
  const { ece, mce, bins } = calibrationOf([0.25, 0.25, 0.55, 0.75, 0.75], right, 2)
  expect(ece).toBeCloseTo(0.29, 12)
  expect(mce).toBeCloseTo(0.316666666, 8)
  expect(bins.map(({ count }) => count)).toEqual([2, 3])
})

test('a confidence on a border is of the bin below it, and 0 of the first', () => {
  const { bins } = calibrationOf([0, 0.5, 1], [true, true, true], 2)
  expect(bins.map(({ count }) => count)).toEqual([2, 1])
})

test('nothing has no error, and its bins are empty', () => {
  expect(calibrationOf([], [], 3)).toMatchObject({ ece: null, mce: null })
  expect(() => calibrationOf([0.3], [])).toThrow('expected 0 confidences, got 1')
})

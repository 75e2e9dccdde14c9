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

/** Of torchmetrics 1.9.0: `_ce_compute` of the calibration error, norms l1 and max. */
test.each([
  [10, 0.21291666666666667, 0.635],
  [15, 0.2579166666666667, 0.72],
])('in %i bins the errors are those of torchmetrics', (bins, ece, mce) => {
  const confidences = [0.53, 0.61, 0.99, 0.87, 0.72, 0.94, 0.58, 0.81, 0.66, 0.975, 0.51, 0.77]
  const right = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1].map(Boolean)
  const found = calibrationOf(confidences, right, bins)
  expect(found.ece).toBeCloseTo(ece, 14)
  expect(found.mce).toBeCloseTo(mce, 14)
})

test('a confidence that is rounded beyond 1 is of the last bin', () => {
  const { ece, bins } = calibrationOf([1 + 2 ** -23, 0.5], [false, true], 2)
  expect(bins.map(({ count }) => count)).toEqual([1, 1])
  expect(ece).toBeCloseTo(0.75, 6)
})

test('nothing has no error, and its bins are empty', () => {
  expect(calibrationOf([], [], 3)).toMatchObject({ ece: null, mce: null })
  expect(() => calibrationOf([0.3], [])).toThrow('expected 0 confidences, got 1')
})

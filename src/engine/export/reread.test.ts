import { expect, test } from 'vitest'
import { checkPixels, checkPrediction } from '../export/reread.ts'

const values = Uint16Array.of(1, 2, 3)
const prediction = { classes: [0], confidence: 0.9, probabilities: [0.9, 0.1] }
const fault = { code: 'verification-failed', file: 'a.dcm' }

test('equal pixels pass, whatever type holds them', () => {
  expect(() => {
    checkPixels([values], [Int32Array.from(values)], 'a.dcm')
  }).not.toThrow()
})

test.each([
  ['another value', [Uint16Array.of(1, 2, 4)]],
  ['fewer values', [Uint16Array.of(1, 2)]],
  ['no frame', []],
  ['one frame more', [values, values]],
])('%s is found out', (_name, got) => {
  expect(() => {
    checkPixels([values], got, 'a.dcm')
  }).toThrow(expect.objectContaining(fault))
})

test('probabilities may differ as sums in another order do, and no more', () => {
  const check = (...probabilities: number[]) => {
    checkPrediction(prediction, { ...prediction, probabilities }, 'a.dcm')
  }
  expect(() => {
    check(0.90005, 0.09995)
  }).not.toThrow()
  for (const other of [[0.8995, 0.1005], [0.9], [NaN, 0.1]]) expect(() => { check(...other) }).toThrow(expect.objectContaining(fault)) // prettier-ignore
})

test('a value may differ as sums in another order do, and no more', () => {
  const check = (value: number | undefined) => () => {
    checkPrediction({ classes: [], confidence: null, probabilities: [], value: 120 }, { classes: [], confidence: null, probabilities: [], value }, 'a.dcm') // prettier-ignore
  }
  expect(check(120.001)).not.toThrow()
  for (const other of [121, NaN, undefined]) expect(check(other)).toThrow(expect.objectContaining(fault))
})

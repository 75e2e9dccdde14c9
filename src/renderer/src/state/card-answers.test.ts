import { expect, test } from 'vitest'
import { answerNames, answerText, withConfidence } from './card-answers.ts'

test('classes are told by name', () => {
  const names = { classes: ['a', 'b'], unit: '' }
  expect(answerText({ classes: [1, 0] }, names)).toBe('b; a')
  expect(answerText({ classes: [] }, names)).toBe('none')
  expect(answerText({ classes: [4] }, names)).toBe('4')
})

test('values are told with their unit, and without a confidence', () => {
  const output = {
    name: 'age',
    activation: 'linear',
    value: 'bone age',
    unit: 'months',
    scale: 1,
    offset: 0,
    tolerance: 6,
  } as const
  const text = answerText({ classes: [], value: 132.0000001 }, answerNames(output))
  expect(text).toBe('132 months')
  expect(answerText({ classes: [], value: 0 }, answerNames({ ...output, unit: '' }))).toBe('0')
  expect(withConfidence(text, null)).toBe('132 months')
  expect(withConfidence('nodule', 0.974, 1)).toBe('nodule 97.4 %')
})

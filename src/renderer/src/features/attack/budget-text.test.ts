import { expect, test } from 'vitest'
import { budgetText, isBelowOneLevel, threeDigits } from './budget-text.ts'

const size = { relative: 8 / 255, greyLevels: 8, storedLevels: 11.7647, hu: 47.0588 }

test('a budget is told in every unit at once, HU only where there are any', () => {
  expect(budgetText(size)).toBe('3.14 % of the range · 8 grey levels of 255 · 11.8 stored levels · 47.1 HU')
  expect(budgetText({ ...size, hu: undefined })).not.toContain('HU')
})

test('a budget below one stored level is noticed, for it can change nothing', () => {
  expect(isBelowOneLevel(size)).toBe(false)
  expect(isBelowOneLevel({ ...size, storedLevels: 0.9 })).toBe(true)
})

test('numbers keep three digits', () => {
  expect([12.3456, 1234, 0.00012345, 0, 1500].map(threeDigits)).toEqual([
    '12.3',
    '1230',
    '1.23e-4',
    '0',
    '1500',
  ])
})

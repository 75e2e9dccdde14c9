import { expect, test } from 'vitest'
import { settingText } from './setting-text.ts'

test.each([
  [8 / 255, '8/255'],
  [0.5, '0.5'],
  [1, '1'],
  [0, '0'],
  ['20HU', '20HU'],
  [true, 'true'],
  [null, 'by default'],
])('%j is told as %s', (value, text) => {
  expect(settingText(value)).toBe(text)
})

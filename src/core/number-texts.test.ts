import { expect, test } from 'vitest'
import { decimal, exponential, fourDigits, percent } from './number-texts.ts'

test('numbers have their digits, and none by a dash', () => {
  expect([percent(0.1234), percent(1, 0), percent(null)]).toEqual(['12.3 %', '100 %', '–'])
  expect([decimal(1.25, 1, ' dB'), decimal(null, 3)]).toEqual(['1.3 dB', '–'])
  expect([exponential(0.000123), exponential(null)]).toEqual(['1.23e-4', '–'])
  expect([fourDigits(7), fourDigits(12345)]).toEqual(['0007', '12345'])
})

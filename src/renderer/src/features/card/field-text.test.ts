import { expect, test } from 'vitest'
import {
  fieldText,
  linesOf,
  numberOf,
  numbersOf,
  pairsOf,
  pairsText,
  partText,
  shortNumber,
} from './field-text.ts'

test('numbers are parted by commas, spaces or both, and may stand in brackets', () => {
  expect(numbersOf('0.485, 0.456 0.406')).toEqual([0.485, 0.456, 0.406])
  expect(numbersOf('[224, 224]')).toEqual([224, 224])
  expect(numbersOf('1, x')).toBeUndefined()
  expect(numbersOf(' ')).toBeUndefined()
})

test('a number is read once it is one', () => {
  expect(['-', '-5', '0.', '0.5', '1e-3', '', 'x'].map(numberOf)).toEqual([
    undefined,
    -5,
    0,
    0.5,
    0.001,
    undefined,
    undefined,
  ])
})

test('names stand one a line, and commas belong to them', () => {
  expect(linesOf('no lesion\n nodule, solid \n\n')).toEqual(['no lesion', 'nodule, solid'])
})

test('values stand by their names, one a line', () => {
  const pairs = { M: 1, F: 0, mask: 'masks/0.npy', spacing: [1, 0.5] }
  expect(pairsOf(pairsText(pairs))).toEqual(pairs)
  expect(pairsText({ M: 1 })).toBe('M = 1')
  expect(['M', 'M =', '= 1'].map(pairsOf)).toEqual([undefined, undefined, undefined])
})

test('a value is shown as it is typed', () => {
  expect(fieldText([0.5, 1], ', ')).toBe('0.5, 1')
  expect(fieldText('CT', '\n')).toBe('CT')
  expect(fieldText(null, ', ')).toBe('')
  expect(fieldText({ a: 1 }, ', ')).toBe('{"a":1}')
})

test('parts are told in percent, and small ones are not told as none', () => {
  expect([0, 0.004, 0.0312, 0.456].map(partText)).toEqual(['0 %', '0.4 %', '3 %', '46 %'])
  expect(shortNumber(-1.23456)).toBe('-1.235')
})

import { expect, test } from 'vitest'
import { csv } from './csv.ts'

const cell = (value: string | number) => csv([[value]]).replace(/\r\n$/, '')

test.each([
  ['=1+1', "'=1+1"],
  ['+cmd', "'+cmd"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  =1', "'  =1"],
  ['\t=1', '"\'\t\'=1"'],
  ['\tx', '"\'\tx"'],
  ['\r=1', '\\u000d=1'],
  ['\n=1', '"\'\n\'=1"'],
  ['a;=1', '"a;\'=1"'],
  ['a\t@x', '"a\t\'@x"'],
  ['＝1', "'＝1"],
  ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
])('%j would run in a spreadsheet, and is written %s', (text, written) => {
  expect(cell(text)).toBe(written)
})

test.each(['-0.5', '+3', '1e-7', '-1E+5', '.5', 'a-b', 'a=b', 'x@y', 'pneumonia', ''])('%j stays', (text) => {
  expect(cell(text)).toBe(text)
})

test('numbers stay numbers, and controls are written out', () => {
  expect(cell(-0.5)).toBe('-0.5')
  expect(cell(-Infinity)).toBe('-Infinity')
  expect(cell('a\x1b[2J')).toBe('a\\u001b[2J')
})

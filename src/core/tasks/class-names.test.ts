import { expect, test } from 'vitest'
import { classIndex, classNames } from './class-names.ts'

const classes = ['normal', 'benign', '0']

test.each([
  ['benign', 1],
  ['1', 1],
  [' 2 ', 2],
  // A name goes before an index.
  ['0', 2],
])('%j is class %i', (text, index) => {
  expect(classIndex(text, classes)).toBe(index)
})

test.each(['', ' ', '3', '-1', '1.5', 'Benign', 'NaN'])('%j is none', (text) => {
  expect(() => classIndex(text, classes)).toThrow(`expected a class name or an index below 3, got "${text}"`)
})

test('classes are told by name', () => {
  expect(classNames([1], classes)).toBe('benign')
  expect(classNames([0, 1], classes)).toBe('normal; benign')
  expect(classNames([], classes)).toBe('none')
})

import { expect, test } from 'vitest'
import { checkOutputName, isPortableName } from './portable-names.ts'

test.each(['result', 'ct.head', 'console', 'com', 'COM10', 'nullable', '.hidden', 'Tête 1', 'aux-2'])(
  '%s is a name everywhere',
  (name) => {
    expect(isPortableName(name)).toBe(true)
  },
)

test.each([
  'CON',
  'nul',
  'NUL.txt',
  'com1',
  'LPT9.dcm',
  'COM²',
  'aux .npy',
  'a.',
  'a ',
  'a:b',
  'a?',
  'a\\b',
  '',
])('%j is none on Windows', (name) => {
  expect(isPortableName(name)).toBe(false)
})

test('an output’s own name is checked, not its folders’', () => {
  expect(() => { checkOutputName('/aux/result') }).not.toThrow() // prettier-ignore
  expect(() => { checkOutputName('/data/aux') }).toThrow('expected a name that Windows can hold') // prettier-ignore
})

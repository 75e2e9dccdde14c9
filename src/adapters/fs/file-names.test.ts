import { expect, test } from 'vitest'
import { checkOutputName, isPortableName, nameOfBytes, systemPath } from './file-names.ts'

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

test.each([
  ['plain', 'a.dcm', 'a.dcm'],
  ['UTF-8', Buffer.from('Tête/頭.dcm').toString('latin1'), 'Tête/頭.dcm'],
  ['a true replacement character', '\xef\xbf\xbd', '\ufffd'],
  ['Latin-1', 'T\xeate/a.dcm', 'T\udceate/a.dcm'],
  ['a cut character beside a whole one', '\xc3\xc3\xaa', '\udcc3ê'],
  ['a byte of a surrogate', '\xed\xb3\xaa', '\udced\udcb3\udcaa'],
])('a name of bytes, %s, is text that leads back to them', (_kind, bytes, name) => {
  const given = Buffer.from(bytes, 'latin1')
  expect(nameOfBytes(given)).toBe(name)
  expect(Buffer.from(systemPath(name))).toEqual(given)
})

import { expect, test } from 'vitest'
import { nameOfBytes, systemPath } from './byte-names.ts'

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

import { expect, test } from 'vitest'
import { dated, searchFor, textHolds } from './search-bytes.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

test.each([
  ['capitals in UTF-8', utf8('\0MÜLLER')],
  ['a capital first in UTF-8', utf8('\0Österle')],
  ['accents of their own', utf8('\0müller'.normalize('NFD'))],
  ['capitals in Latin-1', Buffer.from('\0MÜLLER', 'latin1')],
  ['capitals in UTF-16', Buffer.from('ЖУКОВА', 'utf16le')],
  ['the end of a piece', Buffer.concat([Buffer.alloc(2 ** 24 - 3), utf8('Müller')])],
])('a name is found in %s', (_, bytes) => {
  const search = searchFor(['müller', 'österle', 'жукова'])
  expect(search(bytes)).toBe(true)
  expect(searchFor(['schmidt'])(bytes)).toBe(false)
})

test.each(['anna', 'ANNA, 7', 'of\nAnna.'])('a short name is found in the text %j', (text) => {
  expect(searchFor(['anna'])(utf8(text))).toBe(true)
})

test.each(['Annapolis', '\0anna'])('a short name is not found in %j', (text) => {
  expect(searchFor(['anna'])(utf8(text))).toBe(false)
})

test.each([
  ...['19610203', '20200229101112', '1961-02-03', '1961/2/3', '2020-02-29T10:11:12Z'],
  ...['3.2.1961', '03.02.1961', '29/02/2020', '02/29/2020', '29-02-2020', 'born 1961-02-03.'],
])('%s is a date', (text) => {
  expect(textHolds(utf8(text), dated)).toBe(true)
})

test.each([
  ...[
    '1.2.840.10008.5.1.4.1',
    '119610203',
    '2.25.20200229',
    '19611303',
    '0.20200229',
    'a19610203',
    '20200229.5',
  ],
  ...['20200229996112', '1961-02/03'],
])('%s is none', (text) => {
  expect(textHolds(utf8(text), dated)).toBe(false)
})

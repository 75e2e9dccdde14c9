import { expect, test } from 'vitest'
import { decodeText } from './charset.ts'

const bytes = (...values: (string | number)[]) =>
  Uint8Array.from(
    values.flatMap((value) =>
      typeof value === 'number' ? [value] : Array.from(value, (letter) => letter.charCodeAt(0)),
    ),
  )

test('text without a character set is read as ASCII, with Latin-1 where that is exceeded', () => {
  expect(decodeText(bytes('Thorax'), undefined)).toBe('Thorax')
  expect(decodeText(bytes('Sch', 0xe4, 'del'), undefined)).toBe('Schädel')
})

test.each([
  ['ISO_IR 100', bytes('M', 0xfc, 'ller'), 'Müller'],
  ['ISO_IR 144', bytes(0xbb, 0xee), 'Лю'],
  ['ISO_IR 192', bytes(0xc3, 0xa9, 0xe7, 0x8e, 0x8b), 'é王'],
  ['GB18030', bytes(0xcd, 0xf5), '王'],
  ['ISO_IR 13', bytes(0xd4, 0xcf), 'ﾔﾏ'],
  ['ISO 2022 IR 101', bytes(0xb1), 'ą'],
])('text in %s is decoded', (characterSet, stored, text) => {
  expect(decodeText(stored, characterSet)).toBe(text)
})

test('escape sequences switch to Japanese and back (PS3.5 H.3.1)', () => {
  const stored = bytes('Yamada^Tarou=', 0x1b, '$B;3ED', 0x1b, '(B^', 0x1b, '$BB@O:', 0x1b, '(B')
  expect(decodeText(stored, '\\ISO 2022 IR 87')).toBe('Yamada^Tarou=山田^太郎')
})

test('escape sequences switch to Korean (PS3.5 I.2)', () => {
  const stored = bytes('Hong=', 0x1b, '$)C', 0xfb, 0xf3)
  expect(decodeText(stored, '\\ISO 2022 IR 149')).toBe('Hong=洪')
})

test('an unknown character set and a broken escape hide nothing else', () => {
  expect(decodeText(bytes('A', 0x1b, 'B'), 'ISO_IR 999')).toBe('AB')
})

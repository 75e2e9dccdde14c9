import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeNames, type RawName } from './zip-names.ts'

const raw = (hex: string): RawName => ({ bytes: Buffer.from(hex, 'hex'), flags: 0, extraFields: [] })
const latin = (text: string): RawName => ({ bytes: Buffer.from(text, 'latin1'), flags: 0, extraFields: [] })
const decoded = (...names: RawName[]) => decodeNames(names)

test.each([
  ['Tête/a0.dcm', 'T\x88te/a0.dcm'],
  ['Müller', 'M\x81ller'],
  ['Größe', 'Gr\x94\xe1e'],
  ['Noël', 'No\x89l'],
  ['Père', 'P\x8are'],
  ['Château', 'Ch\x83teau'],
  ['ÅÄÖ', '\x8f\x8e\x99'],
  ['Nuñez-Gálvez', 'Nu\xa4ez-G\xa0lvez'],
  ['élève', '\x82l\x8ave'],
])('%s is read from CP437', (text, bytes) => {
  expect(decoded(latin(bytes))).toEqual([text])
})

test.each([
  ['患者山田/a00.dcm', '8ab38ed28e5293632f6130302e64636d'],
  ['テスト', '836583588367'],
  ['CT画像1', '435489e6919c31'],
  ['表', '955c'],
  ['ﾃｽﾄ', 'c3bdc4'],
])('%s is read from Shift-JIS', (text, hex) => {
  expect(decoded(raw(hex))).toEqual([text])
})

test('Chinese names of Windows are read from GB18030', () => {
  expect(decoded(raw('bbbcd5df2f312e64636d'))).toEqual(['患者/1.dcm'])
})

test('names without a flag that are UTF-8 are read as such', () => {
  const bytes = Buffer.from('Tête/頭部.dcm')
  expect(decoded({ bytes, flags: 0, extraFields: [] })).toEqual(['Tête/頭部.dcm'])
})

test('one encoding is taken for all names of an archive', () => {
  // By itself the second one would be kanji.
  expect(decoded(latin('T\x88te'), raw('8ab38ed2'))).toEqual(['Tête', 'è│Ä╥'])
})

test('the UTF-8 flag and the Unicode field come first, the field only where it is of this name', () => {
  const name = Buffer.from('T?te')
  const field = (checksum: number) => {
    const data = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from('Tête')])
    data.writeUInt32LE(checksum, 1)
    return [{ id: 0x7075, data }]
  }
  expect(decoded({ bytes: Buffer.from('Tête'), flags: 0x800, extraFields: [] })).toEqual(['Tête'])
  expect(decoded({ bytes: name, flags: 0, extraFields: field(crc32(name)) })).toEqual(['Tête'])
  expect(decoded({ bytes: name, flags: 0, extraFields: field(7) })).toEqual(['T?te'])
})

test('backslashes part folders, but not within a character', () => {
  expect(decoded(latin('a\\b.dcm'))).toEqual(['a/b.dcm'])
  expect(decoded(raw('955c8ea65c61'))).toEqual(['表示/a'])
})

import { expect, it } from 'vitest'
import { bigToLittleEndian } from './big-endian.ts'

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const turned = (hex: string): string => Buffer.from(bigToLittleEndian(bytesOf(hex))).toString('hex')
const plain = (hex: string): string => hex.replaceAll(' ', '')

it.each([
  ['US', '0028 0010 5553 0004 0102 0304', '2800 1000 5553 0400 0201 0403'],
  ['AT', '0028 0009 4154 0004 0018 1063', '2800 0900 4154 0400 1800 6310'],
  ['UL', '0008 0000 554c 0004 01020304', '0800 0000 554c 0400 04030201'],
  ['FD', '0018 9306 4644 0008 0102030405060708', '1800 0693 4644 0800 0807060504030201'],
  ['OF', '0029 0001 4f46 0000 00000004 01020304', '2900 0100 4f46 0000 04000000 04030201'],
  ['OW', '6000 3000 4f57 0000 00000002 0102', '0060 0030 4f57 0000 02000000 0201'],
  [
    'OB, LO and UN, which have no words',
    '0009 0001 4f42 0000 00000002 0102',
    '0900 0100 4f42 0000 02000000 0102',
  ],
])('turns the words of %s', (_, big, little) => {
  expect(turned(big)).toBe(plain(little))
})

it('turns sequences of both kinds of length, nested, with their delimiters', () => {
  const big = (element: string, itemLength: string, length: string) =>
    `0008 1140 5351 0000 ${length} fffe e000 ${itemLength} ${element}`
  const little = (element: string, itemLength: string, length: string) =>
    `0800 4011 5351 0000 ${length} feff 00e0 ${itemLength} ${element}`
  const inner = big('0028 0010 5553 0002 0102', '0000000a', '00000012')
  const innerLittle = little('2800 1000 5553 0200 0201', '0a000000', '12000000')
  const outer = `${big(inner, 'ffffffff', 'ffffffff')} fffe e00d 00000000 fffe e0dd 00000000`
  expect(turned(outer)).toBe(
    plain(`${little(innerLittle, 'ffffffff', 'ffffffff')} feff 0de0 00000000 feff dde0 00000000`),
  )
})

it('turns pixels of 32 bits whole, and leaves the source as it was', () => {
  const source = Buffer.from(plain('0028 0100 5553 0002 0020 7fe0 0010 4f57 0000 00000004 01020304'), 'hex')
  const before = Buffer.from(source)
  expect(Buffer.from(bigToLittleEndian(source)).toString('hex').endsWith('04030201')).toBe(true)
  expect(source.equals(before)).toBe(true)
})

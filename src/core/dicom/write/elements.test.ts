import { describe, expect, it } from 'vitest'
import { explicitLittleEndian, implicitLittleEndian, readElements, readItems } from './elements.ts'

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const empty = 'feffdde0 00000000'

describe('the spans of a data set', () => {
  it('follow each other without gaps', () => {
    const bytes = bytesOf(
      '08006000 4353 0200 4354  28001000 5553 0200 0002  e07f1000 4f57 0000 04000000 01020304',
    )
    const spans = readElements(bytes, explicitLittleEndian)
    expect(spans.map(({ start, valueStart, valueEnd, end }) => [start, valueStart, valueEnd, end])).toEqual([
      [0, 8, 10, 10],
      [10, 18, 20, 20],
      [20, 32, 36, 36],
    ])
  })

  it('hold sequences of undefined length, nested ones too, with their delimiters', () => {
    const inner = `08001011 5351 0000 ffffffff feff00e0 00000000 ${empty}`
    const bytes = bytesOf(
      `08001211 5351 0000 ffffffff feff00e0 ffffffff ${inner} feff0de0 00000000 ${empty} 28001000 5553 0200 0002`,
    )
    const [sequence, rows] = readElements(bytes, explicitLittleEndian)
    expect(sequence).toMatchObject({ tag: 0x00081112, undefinedLength: true, end: bytes.length - 10 })
    expect(sequence!.end - sequence!.valueEnd).toBe(8)
    expect(rows).toMatchObject({ tag: 0x00280010 })
    expect(readItems(bytes, explicitLittleEndian, sequence!).length).toBe(1)
  })

  it('read a UN of undefined length as Implicit VR', () => {
    const bytes = bytesOf(
      `09001010 554e 0000 ffffffff feff00e0 ffffffff 0900 1110 02000000 4142 feff0de0 00000000 ${empty}`,
    )
    const [span] = readElements(bytes, explicitLittleEndian)
    expect(span).toMatchObject({ vr: 'UN', end: bytes.length })
  })

  it.each(['OV', 'SV', 'UV', 'UC', 'UR', 'ZZ'])('give %s, new or yet unknown, a length of 32 bits', (vr) => {
    const bytes = bytesOf(`08000100 ${Buffer.from(vr).toString('hex')} 0000 08000000 0102030405060708`)
    expect(readElements(bytes, explicitLittleEndian)).toMatchObject([{ vr, valueStart: 12, end: 20 }])
  })

  it('leave zeros after the last element out', () => {
    expect(
      readElements(bytesOf('28001000 5553 0200 0002 0000000000000000'), explicitLittleEndian).length,
    ).toBe(1)
  })

  it.each([
    ['a value that ends too early', '28001000 5553 0400 0002', /2 more bytes/],
    ['half a header', '28001000 55', /at least 8 bytes/],
    ['no value representation', '28001000 0000 0200 0002', /value representation/],
    ['a sequence without end', '08001211 5351 0000 ffffffff feff00e0 00000000', /sequence delimiter/],
    ['an item without end', '08001211 5351 0000 ffffffff feff00e0 ffffffff', /item delimiter/],
    ['no item in a sequence', '08001211 5351 0000 ffffffff 28001000 00000000', /expected an item/],
  ])('are refused for %s', (_, hex, message) => {
    expect(() => readElements(bytesOf(hex), explicitLittleEndian)).toThrow(message)
  })

  it('are refused for nesting that would exhaust the stack', () => {
    const bytes = bytesOf('08001211 ffffffff feff00e0 ffffffff'.repeat(5000))
    expect(() => readElements(bytes, implicitLittleEndian)).toThrow(/nested at most 64 deep/)
  })
})

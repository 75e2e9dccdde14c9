import { describe, expect, it } from 'vitest'
import { encodeElement, encodeElements } from './encode.ts'
import { tag } from './tags.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('encoding an element', () => {
  it('pads text with a space and a UID with NUL', () => {
    expect(hex(encodeElement({ tag: tag.Modality, vr: 'CS', value: 'ECG' }, true))).toBe(
      '080060004353040045434720',
    )
    expect(hex(encodeElement({ tag: tag.SOPClassUID, vr: 'UI', value: '1.2' }, true))).toBe(
      '0800160055490400312e3200',
    )
  })

  it('leaves the VR out in Implicit VR and gives the length 32 bits', () => {
    expect(hex(encodeElement({ tag: tag.Rows, vr: 'US', value: [512] }, false))).toBe('28001000020000000002')
  })

  it('reserves two bytes before the length of OB, OW, OF and SQ', () => {
    expect(hex(encodeElement({ tag: tag.PixelData, vr: 'OB', value: Uint8Array.of(7) }, true))).toBe(
      'e07f10004f420000020000000700',
    )
  })

  it.each(['UC', 'UR', 'UT', 'UN', 'OD', 'OL', 'OV', 'SV', 'UV'])(
    'does so for %s, which copies may have',
    (vr) => {
      const value = new Uint8Array(0x10002).fill(0x31)
      const element = encodeElement({ tag: tag.PixelData, vr: 'bytes', as: vr, value }, true)
      expect(hex(element.subarray(0, 12))).toBe(`e07f1000${Buffer.from(vr).toString('hex')}000002000100`)
      expect(element.length).toBe(12 + value.length)
    },
  )

  it('gives sequences and items their lengths', () => {
    const item = [{ tag: tag.CodeValue, vr: 'SH', value: '1' }] as const
    const sequence = encodeElement({ tag: tag.DerivationCodeSequence, vr: 'SQ', items: [item, item] }, true)
    const encodedItem = 'feff00e00a00000008000001534802003120'
    expect(hex(sequence)).toBe(`080015925351000024000000${encodedItem}${encodedItem}`)
  })

  it('writes an attribute tag as two words', () => {
    expect(hex(encodeElement({ tag: tag.DimensionIndexPointer, vr: 'AT', value: [tag.StackID] }, true))).toBe(
      '200065914154040020005690',
    )
  })

  it('orders elements by their tags, unsigned', () => {
    const one = { tag: tag.PixelData, vr: 'OB', value: new Uint8Array(0) } as const
    const two = { tag: 0xfffcfffc, vr: 'OB', value: new Uint8Array(0) } as const
    expect(encodeElements([two, one], true)).toEqual(encodeElements([one, two], true))
    expect(hex(encodeElements([two, one], true)).startsWith('e07f1000')).toBe(true)
  })

  it('refuses what the VR can’t hold: a fault of ours', () => {
    expect(() =>
      encodeElement({ tag: tag.SeriesDescription, vr: 'LO', value: 'x'.repeat(65) }, true),
    ).toThrow(/at most 64/)
    expect(() => encodeElement({ tag: tag.SeriesDescription, vr: 'LO', value: 'größer' }, true)).toThrow(
      /ASCII/,
    )
  })
})

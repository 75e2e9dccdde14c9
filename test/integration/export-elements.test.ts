import dicomParser from 'dicom-parser'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RadversaryError } from '../../src/core/errors.ts'
import type { StoredFrame } from '../../src/core/dicom/image.ts'
import { deriveInstance, type DerivedSeries } from '../../src/core/dicom/write/derive-instance.ts'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { itemsOf, textValue, valueBytes } from '../../src/core/dicom/write/source-values.ts'
import { formatTag, tag } from '../../src/core/dicom/write/tags.ts'
import { elementDifferences } from '../support/element-differences.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { tinyFile } from '../support/tiny-instance.ts'

const series: DerivedSeries = {
  role: 'adversarial',
  exportId: 'a test run',
  seriesNumber: 9001,
  seriesDescription: 'Adversarial',
  derivationDescription: 'ours',
  softwareVersion: '0.1.0',
}

function frame(values: readonly number[], more: Partial<StoredFrame> = {}): StoredFrame {
  const type = { bitsStored: 12, signed: false, photometric: 'MONOCHROME2', samplesPerPixel: 1 } as const
  return { rows: 2, columns: 2, ...type, values: Int32Array.from(values), ...more }
}

const derive = (more: readonly DataElement[] = [], explicit = true, values = [7, 2, 3, 4095]) =>
  openInstance(deriveInstance(tinyFile(more, explicit), [frame(values)], series).bytes)

describe('a derived image', () => {
  it.each([true, false])('keeps the bits above the stored ones (Explicit VR: %s)', (explicit) => {
    expect(Buffer.from(valueBytes(derive([], explicit), tag.PixelData)!).toString('hex')).toBe(
      '07a002b003c0ffdf',
    )
  })

  it('adds its step to the steps, equipment and words that are there', () => {
    const earlier: DataElement[] = [
      { tag: tag.DerivationDescription, vr: 'ST', value: 'theirs' },
      { tag: tag.ImageComments, vr: 'LT', value: 'their comment' },
      {
        tag: tag.DerivationCodeSequence,
        vr: 'SQ',
        items: [[{ tag: tag.CodeValue, vr: 'SH', value: 'theirs' }]],
      },
      {
        tag: tag.ContributingEquipmentSequence,
        vr: 'SQ',
        items: [[{ tag: tag.Manufacturer, vr: 'LO', value: 'theirs' }]],
      },
    ]
    const derived = derive(earlier)
    expect(textValue(derived, tag.DerivationDescription)).toBe('ours\r\ntheirs')
    expect(textValue(derived, tag.ImageComments)).toBe(
      'ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE\r\ntheir comment',
    )
    expect(
      itemsOf(derived, tag.DerivationCodeSequence).map((item) => textValue(item, tag.CodeValue)),
    ).toEqual(['theirs', '113042'])
    expect(
      itemsOf(derived, tag.ContributingEquipmentSequence).map((item) => textValue(item, tag.Manufacturer)),
    ).toEqual(['theirs', 'Radversary'])
  })

  it('tells the smoothed input by its own code, label and UIDs', () => {
    const smoothed = deriveInstance(tinyFile(), [frame([1, 2, 3, 4])], { ...series, role: 'smoothed' })
    const [code] = itemsOf(openInstance(smoothed.bytes), tag.DerivationCodeSequence)
    expect(textValue(code!, tag.CodeValue)).toBe('113088')
    expect(smoothed.seriesInstanceUid).not.toBe(
      deriveInstance(tinyFile(), [frame([1, 2, 3, 4])], series).seriesInstanceUid,
    )
  })

  it('drops what would be untrue: signatures, the creation, the range of the series', () => {
    const stale = [0x00080012, 0x00280108, 0x00280109, 0x4ffe0001, 0xfffafffa]
    const more = stale.map((at): DataElement => ({ tag: at, vr: 'copy', bytes: explicitElement(at) }))
    const before = tinyFile(more)
    const after = deriveInstance(before, [frame([1, 2, 3, 4])], series).bytes
    expect(elementDifferences(before, after).filter((each) => each.startsWith('-'))).toEqual(
      stale.map((at) => `-${formatTag(at)}`),
    )
  })

  it('updates smallest and largest pixel value where they are', () => {
    const derived = derive([
      { tag: tag.SmallestImagePixelValue, vr: 'US', value: [1] },
      { tag: tag.LargestImagePixelValue, vr: 'US', value: [0] },
    ])
    expect([...valueBytes(derived, tag.SmallestImagePixelValue)!]).toEqual([2, 0])
    expect([...valueBytes(derived, tag.LargestImagePixelValue)!]).toEqual([0xff, 0x0f])
  })

  it('repeats the sign in the unused bits where the source does so in every word, and only there', () => {
    const signedPixels = (words: readonly number[]): Uint8Array => {
      const value = new Uint8Array(Int16Array.from(words).buffer)
      const elements: DataElement[] = [
        { tag: tag.PixelRepresentation, vr: 'US', value: [1] },
        { tag: tag.PixelData, vr: 'OW', value },
      ]
      const derived = deriveInstance(tinyFile(elements), [frame([-5, 6, 7, -8], { signed: true })], series)
      return new Uint8Array(valueBytes(openInstance(derived.bytes), tag.PixelData)!)
    }
    expect([...new Int16Array(signedPixels([5, -6, -7, 8]).buffer)]).toEqual([-5, 6, 7, -8])
    const overlay = [...new Uint16Array(signedPixels([5, -6, -7, 0x1008]).buffer)].map((word) => word >>> 12)
    expect(overlay).toEqual([0, 15, 15, 1])
  })

  it('writes signed values with a high bit that isn’t the top', () => {
    const layout: DataElement[] = [
      { tag: tag.HighBit, vr: 'US', value: [13] },
      { tag: tag.PixelRepresentation, vr: 'US', value: [1] },
    ]
    const file = tinyFile([...layout, { tag: tag.PixelData, vr: 'OW', value: new Uint8Array(8).fill(0xff) }])
    const { bytes } = deriveInstance(file, [frame([-2048, -1, 0, 2047], { signed: true })], series)
    const words = new Uint16Array(new Uint8Array(valueBytes(openInstance(bytes), tag.PixelData)!).buffer)
    expect([...words].map((word) => word.toString(16))).toEqual(['e003', 'ffff', 'c003', 'dfff'])
  })

  it.each([
    ['a value beyond the stored bits', [frame([1, 2, 3, 4096])], /expected values from 0 to 4095, got 4096/],
    ['a frame too many', [frame([1, 2, 3, 4]), frame([1, 2, 3, 4])], /expected 1 frames, got 2/],
    ['another size', [frame([1, 2, 3])], /expected 2 x 2 x 1/],
    ['another type', [frame([1, 2, 3, 4], { bitsStored: 8 })], /expected unsigned 12 bits, got unsigned 8/],
  ])('is refused for %s', (_, frames, message) => {
    expect(() => deriveInstance(tinyFile(), frames, series)).toThrow(message)
  })

  it('is refused by name for a private transfer syntax and for bits that aren’t bytes', () => {
    const file = tinyFile()
    const at = Buffer.from(file).indexOf('1.2.840.10008.1.2.1\0')
    file.set(Buffer.from('1.2.840.113619.5.2\0\0'), at)
    expect(() => deriveInstance(file, [frame([1, 2, 3, 4])], series)).toThrow(/1\.2\.840\.113619\.5\.2/)
    const bits = tinyFile([
      { tag: tag.BitsAllocated, vr: 'US', value: [1] },
      { tag: tag.BitsStored, vr: 'US', value: [1] },
      { tag: tag.HighBit, vr: 'US', value: [0] },
    ])
    expect(() => deriveInstance(bits, [frame([1, 0, 1, 0], { bitsStored: 1 })], series)).toThrow(
      /8, 16 or 32 bits/,
    )
  })

  it('of a file without meta header gets one', () => {
    for (const explicit of [true, false]) {
      const file = tinyFile([], explicit)
      const { bytes } = openInstance(file)
      expect(deriveInstance(bytes, [frame([7, 2, 3, 9])], series).bytes).toEqual(
        deriveInstance(file, [frame([7, 2, 3, 9])], series).bytes,
      )
    }
  })
})

describeWithSharedData('the writer’s view of real files', () => {
  const folders = [
    'formats/mixed',
    'formats/ct-transfer-syntaxes',
    'formats/colour-synthetic',
    'series/ct-head',
    'broken',
  ]
  const files = folders.flatMap((folder) => {
    return existsSync(sharedData(folder))
      ? readdirSync(sharedData(folder)).map((name) => `${folder}/${name}`)
      : []
  })
  // dicom-parser alone wants a preamble (JLS…RGB have none), doesn't inflate, and reads big endian where we
  // have turned it.
  const littleEndian = files.filter(
    (file) =>
      /\.dcm$|CT1_J2KR/.test(file) &&
      !/broken|JLS._RGB|too_short|deflate|dfl|BigEnd|big_endian|expb/i.test(file),
  )

  it.each(littleEndian)('has the elements of %s where dicom-parser has them', (file) => {
    const bytes = new Uint8Array(readFileSync(sharedData(file)))
    const expected = dicomParser.parseDicom(bytes)
    const source = openInstance(bytes)
    const shift = bytes.length - source.bytes.length
    for (const element of source.elements) {
      const other = expected.elements[`x${element.tag.toString(16).padStart(8, '0')}`]
      expect(other?.dataOffset).toBe(element.valueStart + shift)
    }
    const others = Object.keys(expected.elements).filter((at) => !at.startsWith('x0002'))
    expect(source.elements.length).toBe(others.length)
  })

  it('opens every whole file, and each of these is refused with a reason', () => {
    const refused = files
      .filter((file) => /\.dcm$|CT1_J2KR/.test(file))
      .flatMap((file) => {
        const opened = openInstanceOrFault(readFileSync(sharedData(file)))
        return opened instanceof RadversaryError ? [`${file}: ${opened.code}`] : []
      })
    expect(refused).toMatchInlineSnapshot(`
      [
        "formats/mixed/emri_small_jpeg_2k_lossless_too_short.dcm: dicom-unreadable",
        "formats/mixed/liver_deflate.dcm: dicom-unsupported",
        "formats/mixed/liver_nonbyte_aligned_deflate.dcm: dicom-unsupported",
        "broken/MR_truncated.dcm: dicom-unreadable",
        "broken/no_meta.dcm: dicom-unreadable",
        "broken/rtplan_truncated.dcm: dicom-unreadable",
      ]
    `)
  })

  it.each([
    'formats/mixed/CT_small.dcm',
    'formats/mixed/emri_small_RLE.dcm',
    'formats/mixed/SC_rgb_expb_16bit.dcm',
  ])('refuses %s cut anywhere, or finds its pixels missing, but never crashes', (file) => {
    const whole = readFileSync(sharedData(file))
    for (let length = 0; length < whole.length; length += 64) {
      expect(() => deriveInstance(whole.subarray(0, length), [frame([1, 2, 3, 4])], series)).toThrow(
        RadversaryError,
      )
    }
  })
})

function openInstanceOrFault(bytes: Uint8Array) {
  try {
    return openInstance(bytes)
  } catch (fault) {
    if (fault instanceof RadversaryError) return fault
    throw fault
  }
}

/** An empty SQ, or a US of one value. */
function explicitElement(at: number): Uint8Array {
  const header = Uint8Array.of((at >>> 16) & 0xff, at >>> 24, at & 0xff, (at >>> 8) & 0xff)
  const sequence = at > 0x40000000
  return Uint8Array.from([
    ...header,
    ...(sequence ? [0x53, 0x51, 0, 0, 0, 0, 0, 0] : [0x55, 0x53, 2, 0, 1, 0]),
  ])
}

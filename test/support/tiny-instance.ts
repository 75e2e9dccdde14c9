import { encodeElements, type DataElement } from '../../src/core/dicom/write/encode.ts'
import { encodeFile } from '../../src/core/dicom/write/part10.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'

/**
 * A 2 x 2 image, 12 of 16 bits, whose unused bits hold something; elements given here replace or add to its
 * own.
 */
function tinyElements(more: readonly DataElement[] = []): DataElement[] {
  const us = (at: number, value: number): DataElement => ({ tag: at, vr: 'US', value: [value] })
  const own: DataElement[] = [
    { tag: tag.SOPClassUID, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.7' },
    { tag: tag.SOPInstanceUID, vr: 'UI', value: '2.25.1' },
    { tag: tag.StudyInstanceUID, vr: 'UI', value: '2.25.2' },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: '2.25.3' },
    us(tag.SamplesPerPixel, 1),
    { tag: tag.PhotometricInterpretation, vr: 'CS', value: 'MONOCHROME2' },
    us(tag.Rows, 2),
    us(tag.Columns, 2),
    us(tag.BitsAllocated, 16),
    us(tag.BitsStored, 12),
    us(tag.HighBit, 11),
    us(tag.PixelRepresentation, 0),
    { tag: tag.PixelData, vr: 'OW', value: Uint8Array.of(0x01, 0xa0, 0x02, 0xb0, 0x03, 0xc0, 0xff, 0xdf) },
  ]
  const replaced = new Set(more.map((element) => element.tag))
  return [...own.filter((element) => !replaced.has(element.tag)), ...more]
}

export function tinyFile(more: readonly DataElement[] = [], explicit = true): Uint8Array {
  return encodeFile({
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    sopInstanceUid: '2.25.1',
    transferSyntaxUid: explicit ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2',
    dataSet: encodeElements(tinyElements(more), explicit),
  })
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeElements, type DataElement } from '../../src/core/dicom/write/encode.ts'
import { encodeFile } from '../../src/core/dicom/write/part10.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { uniformTensor } from './numbers.ts'

/** An image to be written, Explicit VR little endian. */
export interface SmallImage {
  readonly rows: number
  readonly columns: number
  readonly frames: number
  readonly photometric: 'MONOCHROME1' | 'MONOCHROME2' | 'RGB'
  readonly bitsStored: number
  readonly signed: boolean
  /** CT with a rescale is in HU. */
  readonly modality: string
  /** Of CT images and secondary captures, by the modality, where none is given. */
  readonly sopClassUid?: string
  readonly rescale: { readonly slope: number; readonly intercept: number } | undefined
  readonly padding: number | undefined
  readonly series: number
  /** Study Instance UID (0020,000D). */
  readonly study: string
  /** Patient ID (0010,0020). */
  readonly patient: string
  /**
   * Stored values of all frames, pixel-interleaved; seeded random ones between `lowest` and `highest` by
   * default.
   */
  readonly values: readonly number[] | undefined
  readonly lowest: number
  readonly highest: number
  /** Further elements. */
  readonly more: readonly DataElement[]
}

/** An image that was written. */
export interface WrittenImage extends SmallImage {
  readonly path: string
  readonly name: string
  readonly sopInstanceUid: string
  readonly values: readonly number[]
}

/** CT of 12x12 pixels, 12 bits, HU −1000 to 1000 by an intercept of −1024. */
const smallCt: SmallImage = {
  rows: 12,
  columns: 12,
  frames: 1,
  photometric: 'MONOCHROME2',
  bitsStored: 12,
  signed: false,
  modality: 'CT',
  rescale: { slope: 1, intercept: -1024 },
  padding: undefined,
  series: 1,
  study: '2.25.7',
  patient: 'none',
  values: undefined,
  lowest: 24,
  highest: 2024,
  more: [],
}

/** A series of `count` images in a folder: 001.dcm, 002.dcm … */
export function writeSeries(
  folder: string,
  count: number,
  changes: Partial<SmallImage> = {},
): WrittenImage[] {
  return Array.from({ length: count }, (_, index) => writeImage(folder, index + 1, changes))
}

/** Image `number` of its series; the number decides its name, its UID and its random values. */
export function writeImage(folder: string, number: number, changes: Partial<SmallImage> = {}): WrittenImage {
  const image = { ...smallCt, ...changes }
  const values = image.values ?? randomValues(image, 100 * image.series + number)
  const name = `${String(number).padStart(3, '0')}.dcm`
  const sopInstanceUid = `2.25.7.${image.series}.${number}`
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, fileOf({ ...image, values }, sopInstanceUid, number))
  return { ...image, path, name, sopInstanceUid, values }
}

/**
 * Values of an image's frames as they lie in the last bytes of a file: ours, or one that was derived from it.
 */
export function pixelsAtEnd(path: string, { values, bitsStored, signed }: WrittenImage): number[] {
  const bytes = readFileSync(path)
  const length = values.length * (bitsStored > 8 ? 2 : 1)
  const padding = length % 2
  const view = bytes.subarray(bytes.length - padding - length, bytes.length - padding)
  const read = (i: number) =>
    bitsStored <= 8 ? view.readUInt8(i) : signed ? view.readInt16LE(2 * i) : view.readUInt16LE(2 * i)
  return values.map((_, i) => read(i))
}

function randomValues(
  { rows, columns, frames, photometric, lowest, highest }: SmallImage,
  seed: number,
): number[] {
  const count = rows * columns * frames * (photometric === 'RGB' ? 3 : 1)
  return [...uniformTensor([count], seed, [lowest, highest + 1]).data].map(Math.floor)
}

function fileOf(
  image: SmallImage & { readonly values: readonly number[] },
  sopInstanceUid: string,
  number: number,
): Uint8Array {
  const plain = image.modality === 'CT' ? '1.2.840.10008.5.1.4.1.1.2' : '1.2.840.10008.5.1.4.1.1.7'
  const sopClassUid = image.sopClassUid ?? plain
  const us = (at: number, value: number): DataElement => ({ tag: at, vr: 'US', value: [value] })
  const { rescale, padding, frames, photometric, bitsStored, signed } = image
  const elements: DataElement[] = [
    ...image.more,
    { tag: tag.SOPClassUID, vr: 'UI', value: sopClassUid },
    { tag: tag.SOPInstanceUID, vr: 'UI', value: sopInstanceUid },
    { tag: tag.Modality, vr: 'CS', value: image.modality },
    { tag: tag.PatientName, vr: 'PN', value: 'Phantom' },
    { tag: tag.PatientID, vr: 'LO', value: image.patient },
    { tag: tag.StudyInstanceUID, vr: 'UI', value: image.study },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: `2.25.7.${image.series}` },
    { tag: tag.SeriesNumber, vr: 'IS', value: String(image.series) },
    { tag: tag.InstanceNumber, vr: 'IS', value: String(number) },
    us(tag.SamplesPerPixel, photometric === 'RGB' ? 3 : 1),
    { tag: tag.PhotometricInterpretation, vr: 'CS', value: photometric },
    us(tag.Rows, image.rows),
    us(tag.Columns, image.columns),
    us(tag.BitsAllocated, bitsStored > 8 ? 16 : 8),
    us(tag.BitsStored, bitsStored),
    us(tag.HighBit, bitsStored - 1),
    us(tag.PixelRepresentation, signed ? 1 : 0),
    { tag: tag.PixelData, vr: bitsStored > 8 ? 'OW' : 'OB', value: bytesOf(image) },
  ]
  if (photometric === 'RGB') elements.push(us(tag.PlanarConfiguration, 0))
  if (frames > 1) elements.push({ tag: tag.NumberOfFrames, vr: 'IS', value: String(frames) })
  if (padding !== undefined)
    elements.push({ tag: tag.PixelPaddingValue, vr: signed ? 'SS' : 'US', value: [padding] })
  if (rescale) {
    elements.push({ tag: tag.RescaleIntercept, vr: 'DS', value: String(rescale.intercept) })
    elements.push({ tag: tag.RescaleSlope, vr: 'DS', value: String(rescale.slope) })
  }
  const dataSet = encodeElements(elements, true)
  return encodeFile({ sopClassUid, sopInstanceUid, transferSyntaxUid: '1.2.840.10008.1.2.1', dataSet })
}

function bytesOf({
  bitsStored,
  signed,
  values,
}: SmallImage & { readonly values: readonly number[] }): Uint8Array {
  if (bitsStored <= 8) return Uint8Array.from(values)
  const words = signed ? Int16Array.from(values) : Uint16Array.from(values)
  return new Uint8Array(words.buffer)
}

import dicomParser from 'dicom-parser'
import type { DataSet, Element } from 'dicom-parser'
import { decodeText } from './charset.ts'
import { unreadable } from './data-set.ts'

/** Reading values of a dicom-parser data set: absent, empty and unparsable values are all undefined. */

/**
 * A text value (LO, PN, SH, UI, CS, …), trimmed, all values of it joined by backslashes as they are stored.
 */
export function textOf(dataSet: DataSet, tag: string, specificCharacterSet?: string): string | undefined {
  const element = dataSet.elements[tag]
  if (element === undefined || element.length === 0 || element.items !== undefined) return undefined
  const bytes = (dataSet.byteArray as Uint8Array).subarray(
    element.dataOffset,
    element.dataOffset + element.length,
  )
  const text = decodeText(bytes, specificCharacterSet).replace(/\0/g, ' ').trim()
  return text === '' ? undefined : text
}

/** What DS and IS may be (PS3.5 section 6.2): no comma, no NaN, no hexadecimal digits. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** Values of a DS or IS element, each in its place: undefined where one is empty or no number. */
export function decimalsOf(dataSet: DataSet, tag: string): (number | undefined)[] {
  return valuesOf(dataSet, tag).map((value) => (isDecimal(value) ? Number(value) : undefined))
}

/** Whether one of the values of a DS or IS element is neither empty nor a number. */
export function holdsNoNumber(dataSet: DataSet, tag: string): boolean {
  return valuesOf(dataSet, tag).some((value) => value !== '' && !isDecimal(value))
}

function valuesOf(dataSet: DataSet, tag: string): string[] {
  const values = textOf(dataSet, tag)?.split('\\') ?? []
  return values.map((value) => value.trim())
}

function isDecimal(value: string): boolean {
  return decimal.test(value) && Number.isFinite(Number(value))
}

/** The first value of a DS or IS element. */
export function decimalOf(dataSet: DataSet, tag: string): number | undefined {
  return decimalsOf(dataSet, tag)[0]
}

/** A US value. */
export function unsignedOf(dataSet: DataSet, tag: string, index = 0): number | undefined {
  return hasWord(dataSet, tag, index) ? dataSet.uint16(tag, index) : undefined
}

/** Bytes of an element's value; 0 where there is none. */
export function bytesOf(dataSet: DataSet, tag: string): number {
  return dataSet.elements[tag]?.length ?? 0
}

/** A UL value, the first. */
export function unsigned32Of(dataSet: DataSet, tag: string): number | undefined {
  return bytesOf(dataSet, tag) >= 4 ? dataSet.uint32(tag) : undefined
}

/** A value of "US or SS": which of them, the header's VR says where it has one, else the caller. */
export function unsignedOrSignedOf(
  dataSet: DataSet,
  tag: string,
  signed: boolean,
  index = 0,
): number | undefined {
  if (!hasWord(dataSet, tag, index)) return undefined
  return signed ? dataSet.int16(tag, index) : dataSet.uint16(tag, index)
}

type ReadNumber = (dataSet: DataSet, tag: string, index: number) => number | undefined

/** Value representations of numbers in binary: bytes of one, and how to read it. */
export const binaryNumbers: Readonly<Record<string, readonly [bytes: number, read: ReadNumber]>> = {
  US: [2, (dataSet, tag, index) => dataSet.uint16(tag, index)],
  SS: [2, (dataSet, tag, index) => dataSet.int16(tag, index)],
  UL: [4, (dataSet, tag, index) => dataSet.uint32(tag, index)],
  SL: [4, (dataSet, tag, index) => dataSet.int32(tag, index)],
  FL: [4, (dataSet, tag, index) => dataSet.float(tag, index)],
  FD: [8, (dataSet, tag, index) => dataSet.double(tag, index)],
}

/** The items of a sequence that hold elements, be it known as one or not (VR UN of defined length). */
export function itemsOf(dataSet: DataSet | undefined, tag: string): DataSet[] {
  return sequenceOf(dataSet, tag).flatMap((item) => item.dataSet ?? [])
}

/** One item of a sequence, the first by default; found at once, however many there are. */
export function itemOf(dataSet: DataSet | undefined, tag: string, index = 0): DataSet | undefined {
  return sequenceOf(dataSet, tag)[index]?.dataSet
}

/** How many items a sequence has; 0 where there is none. */
export function itemCount(dataSet: DataSet, tag: string): number {
  return sequenceOf(dataSet, tag).length
}

function sequenceOf(dataSet: DataSet | undefined, tag: string): readonly Element[] {
  const element = dataSet?.elements[tag]
  if (dataSet === undefined || element === undefined) return []
  if (element.vr === 'UN' && element.items === undefined) readUnknownSequence(dataSet, element)
  return element.items ?? []
}

/**
 * What doesn't know a sequence copies it as UN, its content in Implicit VR Little Endian whatever the file's
 * syntax (PS3.5 section 6.2.2, CP-246); some leave it explicit. The items are kept in the element, as
 * dicom-parser keeps those of the sequences that it knows.
 * @throws RadversaryError dicom-unreadable
 */
function readUnknownSequence(dataSet: DataSet, element: Element): void {
  const bytes = dataSet.byteArray as Uint8Array
  const { dataOffset, length } = element
  const value = bytes.subarray(0, dataOffset + length)
  const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, value, dataOffset)
  const firstVr = String.fromCharCode(...value.subarray(dataOffset + 12, dataOffset + 14))
  try {
    if (/^[A-Z]{2}$/.test(firstVr)) dicomParser.readSequenceItemsExplicit(stream, element, [])
    else dicomParser.readSequenceItemsImplicit(stream, element)
  } catch {
    throw unreadable(`Sequence (${element.tag.slice(1, 5)},${element.tag.slice(5)})`, 'whole items', 'others')
  }
}

function hasWord(dataSet: DataSet, tag: string, index: number): boolean {
  const element = dataSet.elements[tag]
  return element !== undefined && element.length >= 2 * (index + 1)
}

const sharedFunctionalGroups = 'x52009229'
const perFrameFunctionalGroups = 'x52009230'

/**
 * The item of one functional group (PS3.3 C.7.6.16) that is for a frame: the frame's own, else the shared
 * one; undefined where the instance has neither.
 */
export function functionalGroup(
  dataSet: DataSet,
  frameIndex: number,
  sequenceTag: string,
): DataSet | undefined {
  const own = itemOf(dataSet, perFrameFunctionalGroups, frameIndex)
  return itemOf(own, sequenceTag) ?? itemOf(itemOf(dataSet, sharedFunctionalGroups), sequenceTag)
}

import type { DataSet } from 'dicom-parser'
import { decodeText } from './charset.ts'

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

/** Values of a DS or IS element; those that aren't numbers are left out. */
export function decimalsOf(dataSet: DataSet, tag: string): number[] {
  const text = textOf(dataSet, tag)
  if (text === undefined) return []
  return text
    .split('\\')
    .filter((value) => value.trim() !== '')
    .map(Number)
    .filter(Number.isFinite)
}

/** The first value of a DS or IS element. */
export function decimalOf(dataSet: DataSet, tag: string): number | undefined {
  return decimalsOf(dataSet, tag)[0]
}

/** A US value. */
export function unsignedOf(dataSet: DataSet, tag: string, index = 0): number | undefined {
  return hasWord(dataSet, tag, index) ? dataSet.uint16(tag, index) : undefined
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

/** The items of a sequence that hold elements. */
export function itemsOf(dataSet: DataSet | undefined, tag: string): DataSet[] {
  const items = dataSet?.elements[tag]?.items ?? []
  return items.flatMap((item) => item.dataSet ?? [])
}

/** The first item of a sequence. */
export function itemOf(dataSet: DataSet | undefined, tag: string): DataSet | undefined {
  return itemsOf(dataSet, tag)[0]
}

function hasWord(dataSet: DataSet, tag: string, index: number): boolean {
  const element = dataSet.elements[tag]
  return element !== undefined && element.length >= 2 * (index + 1)
}

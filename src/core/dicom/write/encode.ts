import { internalError } from '../../errors.ts'
import { shortVrs } from './elements.ts'
import { formatTag } from './tags.ts'

type TextVr = 'AE' | 'AS' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'LT' | 'PN' | 'SH' | 'ST' | 'TM' | 'UI'
/** VRs whose text is in the data set's character set. */
export type FreeTextVr = 'LO' | 'SH' | 'ST' | 'LT'
type NumberVr = 'US' | 'SS' | 'UL' | 'AT' | 'FL' | 'FD'
type ByteVr = 'OB' | 'OW' | 'OF'

/** The elements of one item, or one that is encoded already, its header included. */
export type Item = readonly DataElement[] | Uint8Array

/** An element to be encoded. Values of text VRs are ASCII; several are parted by a backslash. */
export type DataElement =
  | { readonly tag: number; readonly vr: TextVr; readonly value: string }
  | { readonly tag: number; readonly vr: NumberVr; readonly value: readonly number[] }
  | { readonly tag: number; readonly vr: ByteVr; readonly value: Uint8Array }
  | { readonly tag: number; readonly vr: 'SQ'; readonly items: readonly Item[] }
  /** A value whose bytes are at hand, such as text in the data set's character set; `as` is its VR. */
  | { readonly tag: number; readonly vr: 'bytes'; readonly as: string; readonly value: Uint8Array }
  /** An element of another data set of the same encoding, header and all. */
  | { readonly tag: number; readonly vr: 'copy'; readonly bytes: Uint8Array }

/** Longest value in characters (PS3.5 table 6.2-1). */
export const longest: Readonly<Record<TextVr, number>> = {
  AE: 16,
  AS: 4,
  CS: 16,
  DA: 8,
  DS: 16,
  IS: 12,
  LO: 64,
  LT: 10240,
  PN: 64,
  SH: 16,
  ST: 1024,
  TM: 14,
  UI: 64,
}
const singleValued = new Set<TextVr>(['LT', 'ST'])
const zeroPadded = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'UI', 'UN'])

/**
 * One element in Explicit or Implicit VR little endian (PS3.5 sections 7.1.2 and 7.1.3): even length,
 * sequences and items with their lengths (section 7.5).
 */
export function encodeElement(element: DataElement, explicit: boolean): Uint8Array {
  if (element.vr === 'copy') return element.bytes
  if (element.vr === 'bytes') return encodeRawElement(element.tag, element.as, element.value, explicit)
  const value = encodeValue(element, explicit)
  return concatBytes([encodeHeader(element.tag, element.vr, value.length, explicit), value])
}

/** An element that has its value's bytes already; `vr` matters in Explicit VR only. */
export function encodeRawElement(tag: number, vr: string, value: Uint8Array, explicit: boolean): Uint8Array {
  const even = padded(value, zeroPadded.has(vr) ? 0 : 0x20)
  return concatBytes([encodeHeader(tag, vr, even.length, explicit), even])
}

/** Several elements, in ascending order of their tags as PS3.5 section 7.1 wants it. */
export function encodeElements(elements: readonly DataElement[], explicit: boolean): Uint8Array {
  const ordered = [...elements].sort((a, b) => a.tag - b.tag)
  return concatBytes(ordered.map((element) => encodeElement(element, explicit)))
}

/** An item with its length (PS3.5 section 7.5.2). */
export function encodeItem(content: Uint8Array): Uint8Array {
  const header = new Uint8Array(8)
  const view = new DataView(header.buffer)
  writeTag(view, 0xfffee000)
  view.setUint32(4, content.length, true)
  return concatBytes([header, content])
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function encodeValue(element: Exclude<DataElement, { vr: 'copy' | 'bytes' }>, explicit: boolean): Uint8Array {
  switch (element.vr) {
    case 'SQ':
      return concatBytes(
        element.items.map((item) =>
          item instanceof Uint8Array ? item : encodeItem(encodeElements(item, explicit)),
        ),
      )
    case 'OB':
    case 'OW':
    case 'OF':
      return padded(element.value, 0)
    case 'US':
    case 'SS':
    case 'UL':
    case 'AT':
    case 'FL':
    case 'FD':
      return encodeNumbers(element.vr, element.value)
    default:
      return encodeText(element.tag, element.vr, element.value)
  }
}

/** UIDs are padded with NUL, all other text with a space (PS3.5 section 6.2). */
function encodeText(tag: number, vr: TextVr, value: string): Uint8Array {
  const values = singleValued.has(vr) ? [value] : value.split('\\')
  for (const one of values) {
    if (one.length > longest[vr])
      throw internalError(
        `${formatTag(tag)} ${vr}: expected at most ${longest[vr]} characters, got ${one.length}`,
      )
  }
  if (!/^[\x20-\x7e\r\n]*$/.test(value))
    throw internalError(`${formatTag(tag)} ${vr}: expected ASCII, got other characters`)
  return padded(new TextEncoder().encode(value), vr === 'UI' ? 0 : 0x20)
}

function encodeNumbers(vr: NumberVr, values: readonly number[]): Uint8Array {
  const size = { US: 2, SS: 2, UL: 4, AT: 4, FL: 4, FD: 8 }[vr]
  const bytes = new Uint8Array(size * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => {
    writeNumber(view, index * size, vr, value)
  })
  return bytes
}

function writeNumber(view: DataView, at: number, vr: NumberVr, value: number): void {
  if (vr === 'US') view.setUint16(at, value, true)
  else if (vr === 'SS') view.setInt16(at, value, true)
  else if (vr === 'UL') view.setUint32(at, value, true)
  else if (vr === 'FL') view.setFloat32(at, value, true)
  else if (vr === 'FD') view.setFloat64(at, value, true)
  // AT is two words: group, element.
  else view.setUint32(at, ((value << 16) | (value >>> 16)) >>> 0, true)
}

function encodeHeader(tag: number, vr: string, length: number, explicit: boolean): Uint8Array {
  const long = explicit && !shortVrs.has(vr)
  const header = new Uint8Array(long ? 12 : 8)
  const view = new DataView(header.buffer)
  writeTag(view, tag)
  if (explicit) header.set(new TextEncoder().encode(vr), 4)
  if (long) view.setUint32(8, length, true)
  else if (explicit) view.setUint16(6, length, true)
  else view.setUint32(4, length, true)
  return header
}

function writeTag(view: DataView, tag: number): void {
  view.setUint16(0, tag >>> 16, true)
  view.setUint16(2, tag & 0xffff, true)
}

function padded(value: Uint8Array, padding: number): Uint8Array {
  return value.length % 2 === 0 ? value : concatBytes([value, Uint8Array.of(padding)])
}

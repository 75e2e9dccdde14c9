import { RadversaryError } from '../../errors.ts'
import { uint16LittleEndian } from '../../math/bytes.ts'
import { decodeText } from '../charset.ts'
import { type ElementSpan, encodingInside, readElements, readItems } from './elements.ts'
import { charactersOf, encodeText, firstCharacters } from './encode-text.ts'
import { concatBytes, type DataElement, type FreeTextVr, longest } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import { formatTag, tag } from './tags.ts'

/** The first element of this tag at the top level of the instance. */
export function findElement(source: SourceInstance, tag: number): ElementSpan | undefined {
  return source.elements.find((element) => element.tag === tag)
}

/** The value's bytes, where the source has a value. */
export function valueBytes(source: SourceInstance, tag: number): Uint8Array | undefined {
  const element = findElement(source, tag)
  if (element === undefined || element.valueEnd === element.valueStart) return undefined
  return source.bytes.subarray(element.valueStart, element.valueEnd)
}

/** An element's bytes with its header, as they lie in the source. */
export function elementBytes(source: SourceInstance, element: ElementSpan): Uint8Array {
  return source.bytes.subarray(element.start, element.end)
}

/**
 * A text value without its padding; undefined when absent or empty. Bytes are taken as Latin-1: ours are
 * UIDs, codes and numbers.
 */
export function textValue(source: SourceInstance, tag: number): string | undefined {
  const bytes = valueBytes(source, tag)
  if (bytes === undefined) return undefined
  const text = latin1(bytes).replace(/^ +|[\0 ]+$/g, '')
  return text === '' ? undefined : text
}

/** A US value. */
export function unsignedValue(source: SourceInstance, tag: number): number | undefined {
  const bytes = valueBytes(source, tag)
  if (bytes === undefined || bytes.length < 2) return undefined
  return uint16LittleEndian(bytes, 0)
}

/** A text value that the export can't do without. */
export function requiredText(source: SourceInstance, tag: number, name: string): string {
  const value = textValue(source, tag)
  if (value === undefined) throw missing(tag, name)
  return value
}

/** Digits in parts that dots divide (PS3.5 section 9.1); leading zeros, which writers leave, are let be. */
const uidForm = /^\d+(\.\d+)*$/
const longestUid = 64

/** A UID that the export writes, so that it must be one. */
export function requiredUid(source: SourceInstance, tag: number, name: string): string {
  const uid = requiredText(source, tag, name)
  if (uid.length <= longestUid && uidForm.test(uid)) return uid
  const got = uid.length > longestUid ? `${uid.length} characters` : 'other characters'
  const expected = `at most ${longestUid} characters, all digits and single dots`
  throw new RadversaryError(
    'dicom-unsupported',
    `Export: expected ${name} ${formatTag(tag)} to have ${expected}, got ${got}`,
    {
      tip: 'Give the series valid UIDs, for example with DCMTK’s dcmodify -gst -gse -gin, or anonymise it anew.',
    },
  )
}

/** A US value that the export can't do without. */
export function requiredUnsigned(source: SourceInstance, tag: number, name: string): number {
  const value = unsignedValue(source, tag)
  if (value === undefined) throw missing(tag, name)
  return value
}

/** Number of Frames (0028,0008); an image without it has one. */
export function frameCount(source: SourceInstance): number {
  const count = Number.parseInt(textValue(source, 0x00280008) ?? '1', 10)
  return Number.isInteger(count) && count > 0 ? count : 1
}

/** The items of a sequence as they lie in the source, headers and all; none when it is absent. */
export function itemBytes(source: SourceInstance, tag: number): Uint8Array[] {
  const element = findElement(source, tag)
  if (element === undefined) return []
  return readItems(source.bytes, source.encoding, element).map((item) =>
    source.bytes.subarray(item.start, item.end),
  )
}

/** Each item of a sequence as an instance of its own, so that the same functions read and change it. */
export function itemsOf(source: SourceInstance, tag: number): SourceInstance[] {
  const element = findElement(source, tag)
  if (element === undefined) return []
  const encoding = encodingInside(element, source.encoding)
  return readItems(source.bytes, source.encoding, element).map((item) => {
    const bytes = source.bytes.subarray(item.valueStart, item.valueEnd)
    return { ...source, encoding, bytes, elements: readElements(bytes, encoding) }
  })
}

/** The inverse of what `textValue` does. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function missing(tag: number, name: string): RadversaryError {
  return new RadversaryError('dicom-unreadable', `Export: expected ${name} ${formatTag(tag)}, got none`, {
    tip: 'The file is not a complete DICOM image; export it anew from its archive.',
  })
}

/** Specific Character Set (0008,0005) of an instance: all of its terms, as they are stored. */
export function characterSetOf(source: SourceInstance): string | undefined {
  return textValue(source, tag.SpecificCharacterSet)
}

/** An element of free text in the source's character set; see `encodeText` for what doesn't fit. */
export function textElement(source: SourceInstance, at: number, vr: FreeTextVr, text: string): DataElement {
  return { tag: at, vr: 'bytes', as: vr, value: encodeText(text, vr, characterSetOf(source)) }
}

/**
 * Our text, then what the source says in the same element, byte for byte. Where both are too long for the VR,
 * the source's text is cut at its end; what is left of it is written anew in the source's character set.
 */
export function textBefore(source: SourceInstance, at: number, vr: FreeTextVr, text: string): DataElement {
  const characterSet = characterSetOf(source)
  const separator = vr === 'LT' || vr === 'ST' ? '\r\n' : ' '
  const ours = encodeText(text, vr, characterSet)
  const theirs = withoutPadding(valueBytes(source, at) ?? new Uint8Array())
  if (theirs.length === 0) return { tag: at, vr: 'bytes', as: vr, value: ours }
  const decoded = decodeText(theirs, characterSet)
  const room = longest[vr] - charactersOf(decodeText(ours, characterSet)).length - separator.length
  const fits = charactersOf(decoded).length <= room
  const kept = fits ? theirs : encodeText(firstCharacters(decoded, room), vr, characterSet)
  const parts = kept.length === 0 ? [ours] : [ours, new TextEncoder().encode(separator), kept]
  return { tag: at, vr: 'bytes', as: vr, value: concatBytes(parts) }
}

/** Values end with spaces, or wrongly with NUL (PS3.5 section 6.2). */
function withoutPadding(value: Uint8Array): Uint8Array {
  let end = value.length
  while (end > 0 && (value[end - 1] === 0x20 || value[end - 1] === 0)) end--
  return value.subarray(0, end)
}

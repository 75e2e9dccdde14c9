import { uint16BigEndian } from '../../math/bytes.ts'
import { encodingInside, explicitBigEndian, readElements, readItems, type ElementSpan } from './elements.ts'
import { tag } from './tags.ts'

/** Bytes of one word of a value, where that is more than one (PS3.5 section 7.3 and table 6.2-1). */
const wordSizes: Readonly<Record<string, 2 | 4 | 8>> = {
  AT: 2,
  OW: 2,
  SS: 2,
  US: 2,
  FL: 4,
  OF: 4,
  OL: 4,
  SL: 4,
  UL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
}

/**
 * An Explicit VR big endian data set as Explicit VR little endian. Both have the same headers and lengths, so
 * this turns every number round in place: tags, lengths, and values word by word, sequences recursively.
 * Strings, OB and UN stay as they are.
 */
export function bigToLittleEndian(bigEndian: Uint8Array): Uint8Array {
  // Not slice(): that of a Node Buffer would share the memory of the source.
  const bytes = new Uint8Array(bigEndian)
  const bitsAllocated = findBitsAllocated(bigEndian)
  for (const span of readElements(bigEndian, explicitBigEndian))
    turnElement(bigEndian, bytes, span, bitsAllocated)
  return bytes
}

function turnElement(source: Uint8Array, target: Uint8Array, span: ElementSpan, bitsAllocated: number): void {
  turnTag(target, span.start)
  if (span.valueStart - span.start === 8) turnWords(target, span.start + 6, span.start + 8, 2)
  else turnWords(target, span.start + 8, span.start + 12, 4)
  if (isSequence(span)) turnItems(source, target, span, bitsAllocated)
  else turnWords(target, span.valueStart, span.valueEnd, wordSize(span, bitsAllocated))
  if (span.undefinedLength && !isHiddenInUnknown(span)) turnTag(target, span.valueEnd)
}

function turnItems(
  source: Uint8Array,
  target: Uint8Array,
  sequence: ElementSpan,
  bitsAllocated: number,
): void {
  if (isHiddenInUnknown(sequence)) return
  for (const item of readItems(source, explicitBigEndian, sequence)) {
    turnTag(target, item.start)
    turnWords(target, item.start + 4, item.start + 8, 4)
    const elements = readElements(source, explicitBigEndian, item.valueStart, item.valueEnd)
    for (const element of elements) turnElement(source, target, element, bitsAllocated)
    if (item.undefinedLength) turnTag(target, item.valueEnd)
  }
}

function isSequence(span: ElementSpan): boolean {
  return span.vr === 'SQ' || span.undefinedLength
}

function isHiddenInUnknown(span: ElementSpan): boolean {
  return encodingInside(span, explicitBigEndian) !== explicitBigEndian
}

/** Pixels of 16 and 32 bits are turned round whole, whatever their VR claims: so do the readers. */
function wordSize(span: ElementSpan, bitsAllocated: number): 1 | 2 | 4 | 8 {
  if (span.tag === tag.PixelData && bitsAllocated === 16) return 2
  if (span.tag === tag.PixelData && bitsAllocated === 32) return 4
  return wordSizes[span.vr ?? ''] ?? 1
}

function findBitsAllocated(bigEndian: Uint8Array): number {
  const span = readElements(bigEndian, explicitBigEndian).find((element) => element.tag === tag.BitsAllocated)
  if (span === undefined || span.valueEnd - span.valueStart < 2) return 0
  return uint16BigEndian(bigEndian, span.valueStart)
}

function turnTag(bytes: Uint8Array, at: number): void {
  turnWords(bytes, at, at + 4, 2)
}

/** Reverses the bytes of each whole word; an odd rest (of a damaged value) stays as it is. */
function turnWords(bytes: Uint8Array, start: number, end: number, size: 1 | 2 | 4 | 8): void {
  if (size === 1) return
  for (let at = start; at + size <= end; at += size) bytes.subarray(at, at + size).reverse()
}

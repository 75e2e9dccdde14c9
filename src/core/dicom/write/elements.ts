import { RadversaryError } from '../../errors.ts'
import { formatTag } from './tags.ts'

/** How a data set is encoded (PS3.5 section 7.1 and Annex A). */
export interface Encoding {
  readonly explicit: boolean
  readonly littleEndian: boolean
}

export const implicitLittleEndian: Encoding = { explicit: false, littleEndian: true }
export const explicitLittleEndian: Encoding = { explicit: true, littleEndian: true }
export const explicitBigEndian: Encoding = { explicit: true, littleEndian: false }

/** Where one element lies in its bytes; spans of a data set follow each other without gaps. */
export interface ElementSpan {
  readonly tag: number
  /** Undefined in Implicit VR. */
  readonly vr: string | undefined
  readonly start: number
  readonly valueStart: number
  /** End of the value; for an undefined length its delimiter follows, up to `end`. */
  readonly valueEnd: number
  readonly end: number
  readonly undefinedLength: boolean
}

/** One item of a sequence or one fragment, its header included. */
export interface ItemSpan {
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly end: number
  readonly undefinedLength: boolean
}

const item = 0xfffee000
const itemDelimiter = 0xfffee00d
const sequenceDelimiter = 0xfffee0dd
const undefinedLength = 0xffffffff
const deepestNesting = 64

/**
 * VRs whose explicit length has 16 bits; every other VR, also one yet to be invented, has 32 (PS3.5 section
 * 7.1.2).
 */
export const shortVrs = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '))

/**
 * The elements of a data set (or of one item), in the order of the file. Nested items are walked only where a
 * length is undefined, so that odd content of a sequence can't do harm. Zeros after the last element are
 * padding and are left out.
 * @throws RadversaryError dicom-unreadable when an element leaves the given bytes or its VR is none.
 */
export function readElements(
  bytes: Uint8Array,
  encoding: Encoding,
  start = 0,
  end = bytes.length,
): ElementSpan[] {
  const walker = new Walker(bytes, encoding)
  return walker.elements(start, end, undefined, 0).spans
}

/** The items of a sequence element, or the fragments of encapsulated pixel data. */
export function readItems(bytes: Uint8Array, encoding: Encoding, sequence: ElementSpan): ItemSpan[] {
  return new Walker(bytes, encodingInside(sequence, encoding)).items(sequence.valueStart, sequence.end, 0)
    .spans
}

/** PS3.5 section 6.2.2: a sequence that hides in a UN is Implicit VR little endian, whatever its length. */
export function encodingInside(sequence: ElementSpan, encoding: Encoding): Encoding {
  return sequence.vr === 'UN' ? implicitLittleEndian : encoding
}

interface Walked<Span> {
  readonly spans: Span[]
  /** Where the content ends, and where its delimiter (if any) ends. */
  readonly valueEnd: number
  readonly end: number
}

class Walker {
  private readonly view: DataView

  constructor(
    private readonly bytes: Uint8Array,
    private readonly encoding: Encoding,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  elements(start: number, end: number, delimiter: number | undefined, depth: number): Walked<ElementSpan> {
    if (depth > deepestNesting)
      throw unreadable(`expected sequences nested at most ${deepestNesting} deep, got more`)
    const spans: ElementSpan[] = []
    let at = start
    while (at < end) {
      if (delimiter !== undefined && this.tagAt(at, end) === delimiter)
        return { spans, valueEnd: at, end: at + 8 }
      if (delimiter === undefined && this.isPadding(at, end)) break
      const span = this.element(at, end, depth)
      spans.push(span)
      at = span.end
    }
    if (delimiter !== undefined) throw unreadable('expected an item delimiter, got the end of the data')
    return { spans, valueEnd: at, end: at }
  }

  items(start: number, end: number, depth: number): Walked<ItemSpan> {
    const spans: ItemSpan[] = []
    let at = start
    while (at < end) {
      const tag = this.tagAt(at, end)
      if (tag === sequenceDelimiter) return { spans, valueEnd: at, end: at + 8 }
      if (tag !== item) throw unreadable(`expected an item, got ${formatTag(tag)}`)
      const span = this.item(at, end, depth)
      spans.push(span)
      at = span.end
    }
    return { spans, valueEnd: at, end: at }
  }

  private item(start: number, end: number, depth: number): ItemSpan {
    const length = this.uint32(start + 4)
    const valueStart = start + 8
    if (length !== undefinedLength) {
      const valueEnd = this.within(valueStart + length, end, item)
      return { start, valueStart, valueEnd, end: valueEnd, undefinedLength: false }
    }
    const inside = this.elements(valueStart, end, itemDelimiter, depth + 1)
    return { start, valueStart, valueEnd: inside.valueEnd, end: inside.end, undefinedLength: true }
  }

  private element(start: number, end: number, depth: number): ElementSpan {
    const tag = this.tagAt(start, end)
    const { vr, valueStart, length } = this.header(tag, start, end)
    if (length !== undefinedLength) {
      const valueEnd = this.within(valueStart + length, end, tag)
      return { tag, vr, start, valueStart, valueEnd, end: valueEnd, undefinedLength: false }
    }
    const walker = vr === 'UN' ? new Walker(this.bytes, implicitLittleEndian) : this
    const inside = walker.items(valueStart, end, depth)
    if (inside.end === inside.valueEnd)
      throw unreadable(`${formatTag(tag)}: expected a sequence delimiter, got the end of the data`)
    return { tag, vr, start, valueStart, valueEnd: inside.valueEnd, end: inside.end, undefinedLength: true }
  }

  private header(
    tag: number,
    start: number,
    end: number,
  ): { vr: string | undefined; valueStart: number; length: number } {
    if (!this.encoding.explicit)
      return { vr: undefined, valueStart: start + 8, length: this.uint32(start + 4) }
    const vr = String.fromCharCode(this.view.getUint8(start + 4), this.view.getUint8(start + 5))
    if (!/^[A-Z?]{2}$/.test(vr))
      throw unreadable(`${formatTag(tag)}: expected a value representation, got ${JSON.stringify(vr)}`)
    if (shortVrs.has(vr))
      return { vr, valueStart: start + 8, length: this.view.getUint16(start + 6, this.encoding.littleEndian) }
    this.within(start + 12, end, tag)
    return { vr, valueStart: start + 12, length: this.uint32(start + 8) }
  }

  private tagAt(at: number, end: number): number {
    if (at + 8 > end) throw unreadable('expected an element of at least 8 bytes, got the end of the data')
    const { littleEndian } = this.encoding
    return ((this.view.getUint16(at, littleEndian) << 16) | this.view.getUint16(at + 2, littleEndian)) >>> 0
  }

  private uint32(at: number): number {
    return this.view.getUint32(at, this.encoding.littleEndian)
  }

  private within(at: number, end: number, tag: number): number {
    if (at <= end) return at
    throw unreadable(`${formatTag(tag)}: expected ${at - end} more bytes, got the end of the data`)
  }

  private isPadding(at: number, end: number): boolean {
    if (this.bytes[at] !== 0) return false
    for (let index = at; index < end; index++) if (this.bytes[index] !== 0) return false
    return true
  }
}

function unreadable(message: string): RadversaryError {
  return new RadversaryError('dicom-unreadable', `DICOM data set: ${message}`, {
    tip: 'The file is damaged or cut short; copy it anew from its archive.',
  })
}

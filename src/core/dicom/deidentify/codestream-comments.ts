import { uint16BigEndian } from '../../math/bytes.ts'
import { boxesOf, codestreamBox, headerSegments, isBoxed, sos, sot } from '../codestream.ts'
import { transferSyntaxOf } from '../transfer-syntax.ts'
import { readItems } from '../write/elements.ts'
import { concatBytes } from '../write/encode.ts'
import type { SourceInstance } from '../write/part10.ts'
import { elementBytes, findElement } from '../write/source-values.ts'
import { tag } from '../write/tags.ts'

const startOfImage = 0xffd8
const startOfCodestream = 0xff4f
const comment = 0xfffe
/** JPEG 2000's COM; its first word says what kind of text it is. */
const comment2000 = 0xff64
/** APP0 (JFIF) and APP14 (Adobe) say how colours are meant, APP8 (JPEG-LS) how they are transformed. */
const keptApplications: ReadonlySet<number> = new Set([0xffe0, 0xffe8, 0xffee])
/** XML, UUID, UUID info, rights, labels and associations of JP2 files (T.800 annex I, T.801 annex M). */
const textBoxes: ReadonlySet<string> = new Set(['xml ', 'uuid', 'uinf', 'jp2i', 'lbl ', 'asoc'])

type Range = readonly [start: number, end: number]

/**
 * Pixel Data whose JPEG, JPEG-LS and JPEG 2000 headers hold no text: comments, application segments and boxes
 * are blanked in place, so that lengths and offsets stay. Undefined where there are none.
 * @throws RadversaryError dicom-unsupported for streams of other kinds (such as videos), whose texts are not
 * found; dicom-unreadable for a header that is cut off
 */
export function withoutComments(source: SourceInstance): Uint8Array | undefined {
  if (transferSyntaxOf(source.transferSyntaxUid).coding === 'rle') return undefined
  const element = findElement(source, tag.PixelData)
  if (element === undefined) return undefined
  const items = readItems(source.bytes, source.encoding, element)
  // A header may go on in the next fragment.
  const stream = concatBytes(items.map((item) => source.bytes.subarray(item.valueStart, item.valueEnd)))
  const lengths = items.map((item) => item.valueEnd - item.valueStart)
  const texts = framesOf(stream, lengths).flatMap((frame) => textsOf(stream, frame))
  if (texts.every(([start, end]) => stream.subarray(start, end).every((byte) => byte === 0))) return undefined
  for (const [start, end] of texts) stream.fill(0, start, end)
  const bytes = new Uint8Array(elementBytes(source, element))
  let at = 0
  for (const { valueStart, valueEnd } of items) {
    bytes.set(stream.subarray(at, at + valueEnd - valueStart), valueStart - element.start)
    at += valueEnd - valueStart
  }
  return bytes
}

/** Where frames lie: each begins with a fragment that begins with one. @param lengths of the fragments */
function framesOf(stream: Uint8Array, lengths: readonly number[]): Range[] {
  let at = 0
  const starts = lengths.flatMap((length) => {
    const start = at
    at += length
    return beginsFrame(stream.subarray(start, at)) ? [start] : []
  })
  return starts.map((start, n) => [start, starts[n + 1] ?? stream.length])
}

function beginsFrame(fragment: Uint8Array): boolean {
  return isBoxed(fragment) || [startOfImage, startOfCodestream].includes(uint16BigEndian(fragment, 0))
}

/** Where text lies in a frame, before its first scan or tile. */
function textsOf(stream: Uint8Array, [from, to]: Range): Range[] {
  const frame = stream.subarray(from, to)
  if (!isBoxed(frame)) return segmentsOf(frame).map(([start, end]) => [from + start, from + end])
  return [...boxesOf(frame, 0, frame.length)].flatMap(({ type, start, end }): Range[] => {
    if (type === codestreamBox) return textsOf(stream, [from + start, from + end])
    return textBoxes.has(nameOf(type)) ? [[from + start, from + end]] : []
  })
}

function segmentsOf(frame: Uint8Array): Range[] {
  const isJpeg = uint16BigEndian(frame, 0) === startOfImage
  const found: Range[] = []
  for (const { marker, start, end } of headerSegments(frame, isJpeg ? 'JPEG' : 'JPEG 2000', undefined)) {
    if (marker === sos || marker === sot) break
    if (isJpeg ? isTextOfJpeg(marker) : marker === comment2000) found.push([isJpeg ? start : start + 2, end])
  }
  return found
}

function isTextOfJpeg(marker: number): boolean {
  const isApplication = marker >= 0xffe0 && marker <= 0xffef
  return marker === comment || (isApplication && !keptApplications.has(marker))
}

function nameOf(type: number): string {
  return String.fromCharCode(...[24, 16, 8, 0].map((shift) => (type >>> shift) & 0xff))
}

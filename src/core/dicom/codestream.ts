import { byteAt, uint16BigEndian, uint32BigEndian } from '../math/bytes.ts'
import { joinBytes, unreadable } from './data-set.ts'

/**
 * What a compressed frame says of itself, to be held against the header before a codec allocates or decodes
 * anything.
 */
export interface CodestreamFacts {
  readonly rows: number
  readonly columns: number
  readonly components: number
  readonly bitsPerSample: number
  /** Samples are signed (JPEG 2000 only). */
  readonly signed: boolean
  /** Lossless JPEG (SOF3 and its kin); false for what isn't JPEG. */
  readonly losslessJpeg: boolean
  /** Each component has a scan of its own, so that a JPEG-LS codec gives one after another. */
  readonly planar: boolean
  /**
   * The colours as the stream declares them: JFIF or an Adobe marker for JPEG, the multiple component
   * transform for JPEG 2000; undefined where it doesn't say.
   */
  readonly transformed: boolean | undefined
}

const soi = 0xffd8
const eoi = 0xffd9
export const sos = 0xffda
const soc = 0xff4f
const siz = 0xff51
const cod = 0xff52
export const sot = 0xff90

/**
 * Where SIZ says how many bits the first component has, and whether it is signed; each further one is 3 bytes
 * on.
 */
const firstSsiz = 42

/** A tile's number has 16 bits (T.800 table A.5). */
const mostTiles = 0xffff

/**
 * Reads the header of a JPEG or JPEG-LS frame (ITU-T T.81 annex B, T.87 annex C) up to its first scan.
 * Without EOI it must be of one scan, where a codec notices what is missing (`withEnd`).
 * @throws RadversaryError dicom-unreadable.
 */
export function jpegFacts(frame: Uint8Array, file: string | undefined): CodestreamFacts {
  if (uint16BigEndian(frame, 0) !== soi)
    throw unreadable('JPEG', 'a start-of-image marker', 'other bytes', file)
  let transformed: boolean | undefined
  let header: ReturnType<typeof frameHeader> | undefined
  for (const segment of headerSegments(frame, 'JPEG', file)) {
    if (header !== undefined && segment.marker === sos) {
      const { progressive, ...facts } = header
      const planar = byteAt(frame, segment.start) < header.components
      if ((planar || progressive) && !hasEnd(frame)) throw truncatedStream('JPEG', file)
      return { ...facts, signed: false, planar, transformed }
    }
    if (isFrameHeader(segment.marker)) header = frameHeader(frame, segment, file)
    transformed = declaredTransform(frame, segment) ?? transformed
  }
  throw unreadable('JPEG', 'a frame header and a scan', 'none', file)
}

const signature = 0x6a502020
/** Where the codestream of a JP2 file is. */
export const codestreamBox = 0x6a703263
const headerBox = 0x6a703268
const paletteBox = 0x70636c72

/**
 * The codestream of a JPEG 2000 or HTJ2K frame that comes in a file format (JP2, JPH; T.800 annex I, T.814
 * annex D), which DICOM does not allow (PS3.5 A.4.4) but writers do; of others all of it.
 * @throws RadversaryError dicom-unreadable for boxes without a codestream, or with a palette to apply.
 */
export function codestreamOf(frame: Uint8Array, file: string | undefined): Uint8Array {
  if (!isBoxed(frame)) return frame
  for (const { type, start, end } of boxesOf(frame, 0, frame.length)) {
    if (type === codestreamBox) return frame.subarray(start, end)
    const inside = type === headerBox ? [...boxesOf(frame, start, end)] : []
    if (inside.some((box) => box.type === paletteBox))
      throw unreadable('JP2 file in the frame', 'samples that are the pixels', 'indices of a palette', file)
  }
  throw unreadable('JP2 file in the frame', 'a codestream', 'none', file)
}

/** Whether a frame comes in a file format, which begins with a signature box. */
export function isBoxed(frame: Uint8Array): boolean {
  return uint32BigEndian(frame, 4) === signature
}

/** Boxes up to one that is not whole; a length of 0 reaches to the end, of 1 has 64 bits. */
export function* boxesOf(bytes: Uint8Array, from: number, to: number) {
  for (let at = from; at + 8 <= to;) {
    const short = uint32BigEndian(bytes, at)
    const start = at + (short === 1 ? 16 : 8)
    const length =
      short === 1 ? uint32BigEndian(bytes, at + 8) * 2 ** 32 + uint32BigEndian(bytes, at + 12) : short
    const end = short === 0 ? to : at + length
    if (end < start || end > to) return
    yield { type: uint32BigEndian(bytes, at + 4), start, end }
    at = end
  }
}

/**
 * Reads SIZ and COD of a JPEG 2000 or HTJ2K codestream (ITU-T T.800 annex A) and follows its tile-parts to
 * EOC, so that a truncated one is noticed.
 * @throws RadversaryError dicom-unreadable.
 */
export function jpeg2000Facts(frame: Uint8Array, file: string | undefined): CodestreamFacts {
  if (uint16BigEndian(frame, 0) !== soc || uint16BigEndian(frame, 2) !== siz)
    throw unreadable('JPEG 2000', 'a codestream', 'other bytes', file)
  checkSiz(frame, file)
  let transformed = false
  for (const { marker, start } of headerSegments(frame, 'JPEG 2000', file)) {
    if (marker === cod) transformed = frame[start + 4] === 1
    if (marker !== sot) continue
    followTileParts(frame, start - 4, file)
    return sizOf(frame, transformed)
  }
  throw truncatedStream('JPEG 2000', file)
}

function sizOf(frame: Uint8Array, transformed: boolean): CodestreamFacts {
  return {
    columns: uint32BigEndian(frame, 8) - uint32BigEndian(frame, 16),
    rows: uint32BigEndian(frame, 12) - uint32BigEndian(frame, 20),
    components: uint16BigEndian(frame, 40),
    bitsPerSample: (byteAt(frame, firstSsiz) & 0x7f) + 1,
    signed: isSigned(frame),
    losslessJpeg: false,
    planar: false,
    transformed,
  }
}

/**
 * A JPEG 2000 stream of signed samples as one of unsigned samples, which are the same plus half the range:
 * the level shift of T.800 annex G is all that parts them. So what a codec makes of a sign is no matter.
 */
export function withoutSign(frame: Uint8Array): Uint8Array {
  const unsigned = frame.slice()
  for (let component = 0; component < uint16BigEndian(frame, 40); component++) {
    const at = firstSsiz + 3 * component
    unsigned[at] = byteAt(unsigned, at) & 0x7f
  }
  return unsigned
}

function isSigned(frame: Uint8Array): boolean {
  return (byteAt(frame, firstSsiz) & 0x80) !== 0
}

/** A marker segment of a JPEG, JPEG-LS or JPEG 2000 codestream. */
interface Segment {
  readonly marker: number
  /** Start of the segment's content, after the length. */
  readonly start: number
  readonly end: number
}

/**
 * The segments of a codestream's header. After the first scan's (SOS) or tile-part's (SOT) come no more: stop
 * there.
 * @throws RadversaryError dicom-unreadable for one that is cut off.
 */
export function* headerSegments(
  frame: Uint8Array,
  codec: 'JPEG' | 'JPEG 2000',
  file: string | undefined,
): Generator<Segment> {
  let at = 2
  while (at + 4 <= frame.length) {
    while (frame[at] === 0xff && frame[at + 1] === 0xff) at++
    const marker = uint16BigEndian(frame, at)
    const end = at + 2 + uint16BigEndian(frame, at + 2)
    if (marker < 0xff00 || end <= at + 3 || end > frame.length) throw truncatedStream(codec, file)
    yield { marker, start: at + 4, end }
    at = end
  }
}

/** Whether a JPEG, JPEG-LS or JPEG 2000 frame has its end marker (EOI, EOC), which some writers leave out. */
export function hasEnd(frame: Uint8Array): boolean {
  return endsWithMarker(frame, eoi)
}

/** A JPEG or JPEG-LS frame with an end marker. */
export function withEnd(frame: Uint8Array): Uint8Array {
  return hasEnd(frame) ? frame : joinBytes([frame, Uint8Array.of(eoi >> 8, eoi & 0xff)])
}

/**
 * A JPEG-LS frame without the zero byte before its end marker, with which the reference encoder of old made
 * scans even; undefined where there is none. It may belong to the scan, so that it is a second try only.
 */
export function withoutScanPadding(frame: Uint8Array): Uint8Array | undefined {
  const end = frame.findLastIndex((byte, at) => byte === 0xff && frame[at + 1] === (eoi & 0xff))
  if (end < 1 || frame[end - 1] !== 0) return undefined
  return joinBytes([frame.subarray(0, end - 1), frame.subarray(end)])
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie among them; SOF55 is JPEG-LS. */
function isFrameHeader(marker: number): boolean {
  const isSof =
    marker >= 0xffc0 && marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc
  return isSof || marker === 0xfff7
}

/**
 * Only lossless JPEG and JPEG-LS may have other than 8 or 12 bits (T.81 table B.2); GDCM has written cosine
 * transforms of 16, which are noise.
 */
function frameHeader(frame: Uint8Array, { marker, start }: Segment, file: string | undefined) {
  const bitsPerSample = byteAt(frame, start)
  const losslessJpeg = marker <= 0xffcf && (marker & 3) === 3
  const progressive = marker <= 0xffcf && (marker & 3) === 2
  if (marker <= 0xffcf && !losslessJpeg && bitsPerSample !== 8 && bitsPerSample !== 12)
    throw unreadable('JPEG', '8 or 12 bits per sample', String(bitsPerSample), file)
  return {
    bitsPerSample,
    losslessJpeg,
    progressive,
    rows: uint16BigEndian(frame, start + 1),
    columns: uint16BigEndian(frame, start + 3),
    components: byteAt(frame, start + 5),
  }
}

/** APP14 "Adobe" says whether colours are transformed; APP0 "JFIF" that they are. */
function declaredTransform(frame: Uint8Array, { marker, start, end }: Segment): boolean | undefined {
  const name = String.fromCharCode(...frame.subarray(start, Math.min(start + 5, end)))
  if (marker === 0xffee && name === 'Adobe' && end - start >= 12) return frame[start + 11] !== 0
  return marker === 0xffe0 && name === 'JFIF\0' ? true : undefined
}

/**
 * Codecs have been seen to run forever on sizes that contradict each other (T.800 B.2 and B.3 say how they
 * may lie). No DICOM writer makes components of several sizes.
 */
function checkSiz(frame: Uint8Array, file: string | undefined): void {
  const components = uint16BigEndian(frame, 40)
  const precision = frame[firstSsiz]
  const areAlike = Array.from({ length: components }, (_, index) => firstSsiz + 3 * index).every(
    (at) => frame[at] === precision && frame[at + 1] === 1 && frame[at + 2] === 1,
  )
  const tiles = tilesAlong(frame, 8) * tilesAlong(frame, 12)
  if (uint16BigEndian(frame, 4) !== 38 + 3 * components || !areAlike || !(tiles > 0 && tiles <= mostTiles))
    throw unreadable('JPEG 2000', 'components of one size, in tiles', 'others', file)
}

/**
 * How many tiles there are along the axis whose sizes begin at `at`; NaN where they don't cover the image as
 * they must.
 */
function tilesAlong(frame: Uint8Array, at: number): number {
  const [end, start] = [uint32BigEndian(frame, at), uint32BigEndian(frame, at + 8)]
  const [tile, tileStart] = [uint32BigEndian(frame, at + 16), uint32BigEndian(frame, at + 24)]
  const isCovered = tileStart <= start && tileStart + tile > start && end > start
  return isCovered ? Math.ceil((end - tileStart) / tile) : NaN
}

/** From the first SOT on; a tile-part of length 0 reaches to the end (T.800 A.4.2). */
function followTileParts(frame: Uint8Array, first: number, file: string | undefined): void {
  let at = first
  while (uint16BigEndian(frame, at) === sot) {
    const length = uint32BigEndian(frame, at + 6)
    if (length !== 0 && length < 12) throw truncatedStream('JPEG 2000', file)
    at = length === 0 ? frame.length : at + length
  }
  const reachesEnd = at === frame.length || uint16BigEndian(frame, at) === eoi
  if (!reachesEnd || !hasEnd(frame)) throw truncatedStream('JPEG 2000', file)
}

/**
 * Frames are padded to even length; writers use zeros or fill bytes, some of them many, or one byte of
 * anything.
 */
function endsWithMarker(frame: Uint8Array, marker: number): boolean {
  if (uint16BigEndian(frame, frame.length - 3) === marker) return true
  let end = frame.length
  while (end > 2 && (frame[end - 1] === 0 || frame[end - 1] === 0xff)) end--
  return uint16BigEndian(frame, end - 2) === marker
}

/** The error of a stream that is cut off. */
export function truncatedStream(codec: string, file: string | undefined) {
  return unreadable(codec, 'a stream up to its end marker', 'a truncated one', file)
}

import dicomParser, { type DataSet } from 'dicom-parser'
import { Inflate } from 'fflate'
import { RadversaryError } from '../errors.ts'
import { byteAt, uint16BigEndian, uint16LittleEndian } from '../math/bytes.ts'
import {
  deflatedLittleEndian,
  explicitBigEndian,
  explicitLittleEndian,
  implicitLittleEndian,
} from './transfer-syntax.ts'

/** A data set, parsed up to Pixel Data (7FE0,0010), whose value is not touched. */
export interface OpenDataSet {
  /** dicom-parser's; offsets are into `bytes`. */
  readonly dataSet: DataSet
  /**
   * The bytes that the offsets are for: the file from the data set on, inflated where the syntax is deflated.
   */
  readonly bytes: Uint8Array
  readonly transferSyntaxUid: string
  readonly mediaStorageSopClassUid: string | undefined
  /** Where in the file `bytes` begin; undefined where they have been inflated. */
  readonly offsetInFile: number | undefined
}

export const pixelDataTag = 'x7fe00010'

/**
 * Deflated data is a bomb when it has inflated to more than this, and to more than `bombRatio` times what was
 * read of it so far.
 */
const harmlessBytes = 2 ** 27
const bombRatio = 250

/** Nothing may inflate to more, whatever its ratio: while its pieces are joined it takes twice as much. */
const largestInflated = 3 * 2 ** 27

const inflateStep = 0x10000

const itemHeaderBytes = 8
const undefinedLength = 0xffffffff

/**
 * Whether these first bytes (132 are enough) may begin a DICOM file, with or without preamble and meta
 * header.
 */
export function looksLikeDicom(head: Uint8Array): boolean {
  return hasPrefix(head) || startsWithElement(head)
}

/**
 * Opens a DICOM file (PS3.10 section 7): preamble and meta header may be missing, then the syntax is guessed
 * from the first element.
 * @throws RadversaryError dicom-unreadable.
 */
export function openDataSet(file: Uint8Array, name?: string): OpenDataSet {
  return open(file, name, parseElements)
}

/**
 * The same for a data set that ends with a sequence that, or whose last item, is said to go on beyond the end
 * of the file: what the file has of it is read, if it is whole elements.
 * @throws RadversaryError dicom-unreadable, also where there is no such sequence, or its lengths are right.
 */
export function openClippedDataSet(
  file: Uint8Array,
  lastSequence: string,
  name?: string,
): OpenDataSet & { readonly missingBytes: number } {
  let missingBytes = 0
  const opened = open(file, name, (bytes, syntax) => {
    const clipped = clipSequence(bytes, syntax, lastSequence, name)
    missingBytes = clipped.missingBytes
    return parseElements(clipped.bytes, syntax, name)
  })
  return { ...opened, missingBytes }
}

function open(file: Uint8Array, name: string | undefined, parse: typeof parseElements): OpenDataSet {
  const { start, transferSyntax, mediaStorageSopClassUid } = readMeta(file, name)
  const body = file.subarray(start)
  const transferSyntaxUid = transferSyntax ?? guessTransferSyntax(body)
  if (transferSyntaxUid === undefined) throw unreadable('File', 'a DICOM data set', 'something else', name)
  const isDeflated = transferSyntaxUid === deflatedLittleEndian
  const bytes = isDeflated ? inflate(body, name) : body
  const dataSet = parse(bytes, transferSyntaxUid, name)
  return {
    dataSet,
    bytes,
    transferSyntaxUid,
    mediaStorageSopClassUid,
    offsetInFile: isDeflated ? undefined : start,
  }
}

/** The data set of a file, byte for byte as it is there: what follows the meta header. @throws as `openDataSet` */
export function dataSetIn(file: Uint8Array, name?: string): Uint8Array {
  return file.subarray(readMeta(file, name).start)
}

/** All of a raw deflate stream, which must come to its end, and be no bomb. */
export function inflate(deflated: Uint8Array, name?: string, largest = largestInflated): Uint8Array {
  const chunks: Uint8Array[] = []
  const state = { size: 0, finished: false, most: largest }
  const stream = new Inflate((chunk, final) => {
    chunks.push(chunk)
    state.size += chunk.length
    state.finished = final
  })
  try {
    // In pieces, so that a bomb is noticed before all of it has been inflated.
    for (let at = 0; at < deflated.length && !state.finished && state.size <= state.most;) {
      const piece = deflated.subarray(at, at + inflateStep)
      at += piece.length
      state.most = Math.min(largest, Math.max(harmlessBytes, bombRatio * at))
      stream.push(piece, at === deflated.length)
    }
  } catch {
    throw unreadable('Deflated data', 'a whole deflate stream', 'a damaged or truncated one', name)
  }
  if (state.size > state.most) throw unreadable('Deflated data', `at most ${state.most} bytes`, 'more', name)
  if (!state.finished) throw unreadable('Deflated data', 'a whole deflate stream', 'a truncated one', name)
  return joinBytes(chunks, state.size)
}

export function joinBytes(
  chunks: readonly Uint8Array[],
  size = chunks.reduce((sum, chunk) => sum + chunk.length, 0),
): Uint8Array {
  const joined = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}

export function unreadable(subject: string, expected: string, got: string, file?: string): RadversaryError {
  return new RadversaryError('dicom-unreadable', `${subject}: expected ${expected}, got ${got}`, {
    tip: 'The file is damaged, incomplete or no DICOM file; fetch it anew from its archive.',
    file,
  })
}

interface Meta {
  readonly start: number
  readonly transferSyntax: string | undefined
  readonly mediaStorageSopClassUid: string | undefined
}

/**
 * Group 0002 is read element by element, since its group length is often missing or wrong. It is always
 * Explicit VR little endian.
 */
function readMeta(file: Uint8Array, name: string | undefined): Meta {
  const begin = hasPrefix(file) ? 132 : 0
  if (file.length <= begin) throw unreadable('File', 'a DICOM data set', 'none', name)
  const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, file, begin)
  const values = new Map<string, string>()
  try {
    while (uint16LittleEndian(file, stream.position) === 2) {
      const element = dicomParser.readDicomElementExplicit(stream)
      if (stream.position > file.length) throw new Error('beyond the end')
      values.set(element.tag, dicomParser.readFixedString(file, element.dataOffset, element.length).trim())
    }
  } catch {
    throw unreadable('Meta header', 'whole elements of group 0002', 'a damaged or truncated one', name)
  }
  const transferSyntax = values.get('x00020010')
  const sopClass = values.get('x00020002')
  return {
    start: stream.position,
    transferSyntax: transferSyntax === '' ? undefined : transferSyntax,
    mediaStorageSopClassUid: sopClass === '' ? undefined : sopClass,
  }
}

function parseElements(
  bytes: Uint8Array,
  transferSyntaxUid: string,
  name: string | undefined,
  untilTag = pixelDataTag,
): DataSet {
  const TransferSyntaxUID =
    transferSyntaxUid === deflatedLittleEndian ? explicitLittleEndian : transferSyntaxUid
  try {
    const dataSet = dicomParser.parseDicom(bytes, { TransferSyntaxUID, untilTag })
    if (!dataSet.warnings.some(tellsOfTruncation)) return dataSet
  } catch {
    // dicom-parser throws strings and objects that hold the data set; what they say is said below.
  }
  throw unreadable('Header', 'whole elements up to the pixel data', 'a damaged or truncated one', name)
}

/** A copy in which the sequence and its last item end where the bytes do. */
function clipSequence(bytes: Uint8Array, transferSyntaxUid: string, tag: string, name: string | undefined) {
  const sequence = parseElements(bytes, transferSyntaxUid, name, tag).elements[tag]
  const clipped = bytes.slice()
  const view = new DataView(clipped.buffer)
  const isLittleEndian = transferSyntaxUid !== explicitBigEndian
  let missingBytes = 0
  const clip = (contentStart: number) => {
    const length = view.getUint32(contentStart - 4, isLittleEndian)
    if (length === undefinedLength) throw unreadable('Header', 'a length', 'none', name)
    const beyond = contentStart + length - bytes.length
    if (beyond > 0) view.setUint32(contentStart - 4, length - beyond, isLittleEndian)
    missingBytes = Math.max(missingBytes, beyond)
    return Math.min(contentStart + length, bytes.length)
  }
  if (sequence !== undefined) clip(sequence.dataOffset)
  for (let at = sequence?.dataOffset ?? bytes.length; at + itemHeaderBytes <= bytes.length;)
    at = clip(at + itemHeaderBytes)
  if (missingBytes === 0) throw unreadable('Header', 'whole elements', 'damaged ones', name)
  return { bytes: clipped, missingBytes }
}

/** dicom-parser ends an open sequence at the end of the file, and says so only here. */
function tellsOfTruncation(warning: string): boolean {
  return warning.startsWith('eof encountered') && warning.includes('undefined length')
}

function hasPrefix(file: Uint8Array): boolean {
  return (
    file.length >= 132 && file[128] === 0x44 && file[129] === 0x49 && file[130] === 0x43 && file[131] === 0x4d
  )
}

function startsWithElement(head: Uint8Array): boolean {
  if (uint16LittleEndian(head, 0) === 2 && isVr(head, 4)) return true
  return guessTransferSyntax(head) !== undefined
}

/**
 * The syntax of a data set that doesn't say: it begins with group 0008 (rarely 0004 or 0010), in which all
 * tags are below 00FF, and two capital letters where explicit syntaxes have the VR.
 */
function guessTransferSyntax(dataSet: Uint8Array): string | undefined {
  if (dataSet.length < 8) return undefined
  const little = isFirstGroup(uint16LittleEndian(dataSet, 0)) && byteAt(dataSet, 3) <= 0x20
  const big = isFirstGroup(uint16BigEndian(dataSet, 0)) && byteAt(dataSet, 2) <= 0x20
  if (little && isVr(dataSet, 4)) return explicitLittleEndian
  if (big && isVr(dataSet, 4)) return explicitBigEndian
  return little && uint16LittleEndian(dataSet, 6) < 0x100 ? implicitLittleEndian : undefined
}

function isFirstGroup(group: number): boolean {
  return group === 0x0004 || group === 0x0008 || group === 0x0010
}

const vrs = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(
    ' ',
  ),
)

function isVr(bytes: Uint8Array, at: number): boolean {
  return vrs.has(String.fromCharCode(byteAt(bytes, at), byteAt(bytes, at + 1)))
}

import { RadversaryError } from '../../errors.ts'
import { inflate, pixelDataTag, type OpenDataSet } from '../data-set.ts'
import { bigToLittleEndian } from './big-endian.ts'
import {
  explicitLittleEndian,
  implicitLittleEndian,
  readElements,
  type ElementSpan,
  type Encoding,
} from './elements.ts'
import { concatBytes, encodeElements, type DataElement } from './encode.ts'
import { groupOf, tag } from './tags.ts'
import { implementationClassUid, implementationVersionName } from './uids.ts'

const transferSyntax = {
  implicitLittleEndian: '1.2.840.10008.1.2',
  explicitLittleEndian: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  explicitBigEndian: '1.2.840.10008.1.2.2',
  rle: '1.2.840.10008.1.2.5',
} as const

/** A data set in little endian, in bytes that nobody else holds, with the spans of its elements. */
export interface SourceInstance {
  readonly bytes: Uint8Array
  readonly elements: readonly ElementSpan[]
  readonly encoding: Encoding
  /** The syntax of the file, from which the data set may have been inflated or turned round. */
  readonly transferSyntaxUid: string
  /** Pixel data is compressed, in fragments. */
  readonly encapsulated: boolean
}

/**
 * Reads a DICOM file (PS3.10 section 7) for derivation: with or without preamble and meta header, inflated
 * (PS3.5 section A.5) or turned to little endian (section A.3) where needed. Every other byte of the data set
 * stays as it is.
 * @throws RadversaryError dicom-unreadable, or dicom-unsupported for a transfer syntax that isn't the
 * standard's.
 */
export function openInstance(file: Uint8Array): SourceInstance {
  const { meta, dataSet } = splitFile(file)
  const named = meta.get(tag.TransferSyntaxUID)
  const transferSyntaxUid = named === undefined || named === '' ? guessTransferSyntax(dataSet) : named
  return sourceOf(toLittleEndian(dataSet, transferSyntaxUid), transferSyntaxUid)
}

/** The same of a header: everything before the pixel data, which must be the last element. */
export function openHeader({ bytes, transferSyntaxUid, dataSet }: OpenDataSet): SourceInstance {
  const pixelData = dataSet.elements[pixelDataTag]
  const end = pixelData === undefined ? bytes.length : pixelData.dataOffset - headerLength(pixelData.vr)
  const isInflated = transferSyntaxUid === transferSyntax.deflated
  const header = bytes.subarray(0, end)
  return sourceOf(isInflated ? header : toLittleEndian(header, transferSyntaxUid), transferSyntaxUid)
}

/** Bytes of Pixel Data's tag, VR and length; dicom-parser gives no VR where the syntax is implicit. */
function headerLength(vr: string | undefined): number {
  return vr === undefined ? 8 : 12
}

function sourceOf(bytes: Uint8Array, transferSyntaxUid: string): SourceInstance {
  const encoding =
    transferSyntaxUid === transferSyntax.implicitLittleEndian ? implicitLittleEndian : explicitLittleEndian
  const elements = readElements(bytes, encoding)
  return { bytes, elements, encoding, transferSyntaxUid, encapsulated: isEncapsulated(transferSyntaxUid) }
}

/** The syntax in which an instance of this encoding is written: uncompressed little endian. */
export function targetSyntax(encoding: Encoding): string {
  return encoding.explicit ? transferSyntax.explicitLittleEndian : transferSyntax.implicitLittleEndian
}

/**
 * A Part 10 file: an empty preamble, our own meta header (PS3.10 section 7.1, always Explicit VR little
 * endian) and the data set.
 */
export function encodeFile(file: {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly transferSyntaxUid: string
  readonly dataSet: Uint8Array
}): Uint8Array {
  const meta = encodeElements(
    [
      { tag: tag.FileMetaInformationVersion, vr: 'OB', value: Uint8Array.of(0, 1) },
      { tag: tag.MediaStorageSOPClassUID, vr: 'UI', value: file.sopClassUid },
      { tag: tag.MediaStorageSOPInstanceUID, vr: 'UI', value: file.sopInstanceUid },
      { tag: tag.TransferSyntaxUID, vr: 'UI', value: file.transferSyntaxUid },
      { tag: tag.ImplementationClassUID, vr: 'UI', value: implementationClassUid },
      { tag: tag.ImplementationVersionName, vr: 'SH', value: implementationVersionName },
    ],
    true,
  )
  const length: DataElement = { tag: tag.FileMetaInformationGroupLength, vr: 'UL', value: [meta.length] }
  const preamble = new Uint8Array(132)
  preamble.set(new TextEncoder().encode('DICM'), 128)
  return concatBytes([preamble, encodeElements([length], true), meta, file.dataSet])
}

function splitFile(file: Uint8Array): { meta: ReadonlyMap<number, string>; dataSet: Uint8Array } {
  const start = hasPrefix(file) ? 132 : 0
  const meta = new Map<number, string>()
  let at = start
  while (groupAt(file, at) === 2) {
    const [span] = readElements(file, explicitLittleEndian, at, endOfElement(file, at))
    if (span === undefined) break
    meta.set(span.tag, trimmed(file.subarray(span.valueStart, span.valueEnd)))
    at = span.end
  }
  return { meta, dataSet: file.subarray(at) }
}

/**
 * End of a meta element, whose length is always defined, so that what follows in another encoding isn't read.
 */
function endOfElement(file: Uint8Array, at: number): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (at + 12 > file.length) return file.length
  const vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5))
  const end = ['OB', 'OW', 'UN', 'UT', 'SQ'].includes(vr)
    ? at + 12 + view.getUint32(at + 8, true)
    : at + 8 + view.getUint16(at + 6, true)
  return Math.min(end, file.length)
}

function hasPrefix(file: Uint8Array): boolean {
  return file.length >= 132 && String.fromCharCode(...file.subarray(128, 132)) === 'DICM'
}

function groupAt(file: Uint8Array, at: number): number | undefined {
  const [low, high] = file.subarray(at, at + 2)
  return low === undefined || high === undefined ? undefined : low | (high << 8)
}

/**
 * Without a meta header: Explicit VR shows by two capital letters after the first tag, big endian by the
 * order of its group.
 */
function guessTransferSyntax(dataSet: Uint8Array): string {
  const looksExplicit = /^[A-Z]{2}$/.test(String.fromCharCode(...dataSet.subarray(4, 6)))
  if (!looksExplicit) return transferSyntax.implicitLittleEndian
  return dataSet[0] === 0 ? transferSyntax.explicitBigEndian : transferSyntax.explicitLittleEndian
}

function toLittleEndian(dataSet: Uint8Array, transferSyntaxUid: string): Uint8Array {
  switch (transferSyntaxUid) {
    case transferSyntax.implicitLittleEndian:
    case transferSyntax.explicitLittleEndian:
      return dataSet
    case transferSyntax.deflated:
      return inflate(dataSet)
    case transferSyntax.explicitBigEndian:
      return bigToLittleEndian(dataSet)
    default:
      if (isEncapsulated(transferSyntaxUid)) return dataSet
      throw new RadversaryError(
        'dicom-unsupported',
        `Export: expected a standard transfer syntax, got ${transferSyntaxUid}`,
        {
          tip: 'Convert the file to Explicit VR little endian with the software of its vendor.',
        },
      )
  }
}

/** RLE, JPEG, JPEG-LS, JPEG 2000, HTJ2K; JPIP (…4.94, …4.95) keeps its pixels elsewhere. */
function isEncapsulated(transferSyntaxUid: string): boolean {
  if (transferSyntaxUid === transferSyntax.rle) return true
  return /^1\.2\.840\.10008\.1\.2\.4\.\d+$/.test(transferSyntaxUid) && !/\.9[45]$/.test(transferSyntaxUid)
}

function trimmed(value: Uint8Array): string {
  return String.fromCharCode(...value.subarray(0, 128)).replace(/[\0 ]+$/, '')
}

/** The group lengths (gggg,0000) and the like that a changed group would belie. */
export function isGroupLength(elementTag: number): boolean {
  return (elementTag & 0xffff) === 0 && groupOf(elementTag) !== 2
}

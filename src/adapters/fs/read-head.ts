import {
  looksLikeDicom,
  openDataSet,
  pixelDataTag,
  unreadable,
  type OpenDataSet,
} from '../../core/dicom/data-set.ts'
import { readClippedDicomdir, readDicomdir, type Dicomdir } from '../../core/dicom/dicomdir.ts'
import { headerOf, instanceOf, type Instance, type InstanceHeader } from '../../core/dicom/instance.ts'
import { nativeLength } from '../../core/dicom/native-pixels.ts'
import { isImage, pixelFormatOf } from '../../core/dicom/pixel-format.ts'
import { kindOfImage } from '../../core/dicom/notices.ts'
import { exportFault, type ExportFault } from '../../core/dicom/write/exportable.ts'
import { RadversaryError, type Notice } from '../../core/errors.ts'

/** A file or archive member, of which only the beginning is read. */
export interface HeadSource {
  readonly name: string
  /** Size when unpacked. */
  readonly size: number
  /** The first bytes: about `length` of them, or all that there are. */
  readonly head: (length: number) => Promise<Uint8Array>
}

/** What a file turns out to be. */
export type Sighting =
  | {
      readonly kind: 'image'
      readonly header: InstanceHeader
      /** Why it can be read but not exported. */
      readonly exportFault: ExportFault | undefined
      /** What images that are more than slices are treated as. */
      readonly treatment: Notice | undefined
    }
  | { readonly kind: 'dicomdir'; readonly dicomdir: Dicomdir }
  | { readonly kind: 'zip' }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'other'; readonly reason: string }

/** The headers of most images end before this. */
const firstHeadBytes = 0x8000
const growth = 8
const undefinedLength = 0xffffffff

/**
 * Reads a file's beginning, up to the pixel data, and says what the file is. An image's format is checked to
 * be one that is decoded, and its uncompressed pixel data to lie in the file whole.
 * @throws RadversaryError dicom-unreadable, dicom-unsupported, io-failed.
 */
export async function sight(source: HeadSource): Promise<Sighting> {
  const head = await source.head(firstHeadBytes)
  if (head.length === 0) return { kind: 'other', reason: 'empty' }
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return { kind: 'zip' }
  if (startsWith(head, [0x1f, 0x8b])) return { kind: 'gzip' }
  if (!looksLikeDicom(head)) return { kind: 'other', reason: 'not a DICOM file' }
  return sightDicom(source, head)
}

/** The header may reach further than the head: then more is read, until it parses or there is no more. */
async function sightDicom(source: HeadSource, first: Uint8Array): Promise<Sighting> {
  let head = first
  for (let length = firstHeadBytes; ; length *= growth) {
    // A compressed member is at most a little larger than what it unpacks to, so twice its size was all of
    // it.
    const isWhole = head.length >= source.size || length > 2 * source.size
    const opened = tryOpen(head, source.name)
    if (opened instanceof Error ? isWhole : isWhole || opened.dataSet.elements[pixelDataTag] !== undefined)
      return opened instanceof Error ? sightClipped(head, opened) : sightOpened(opened, source)
    head = await source.head(length * growth)
  }
}

function tryOpen(head: Uint8Array, name: string): OpenDataSet | RadversaryError {
  try {
    return openDataSet(head, name)
  } catch (error) {
    if (error instanceof RadversaryError) return error
    throw error
  }
}

function sightOpened(opened: OpenDataSet, source: HeadSource): Sighting {
  const dicomdir = readDicomdir(opened)
  return dicomdir === undefined ? sightInstance(opened, source) : { kind: 'dicomdir', dicomdir }
}

function sightClipped(file: Uint8Array, error: RadversaryError): Sighting {
  const dicomdir = readClippedDicomdir(file)
  if (dicomdir === undefined) throw error
  return { kind: 'dicomdir', dicomdir }
}

function sightInstance(opened: OpenDataSet, source: HeadSource): Sighting {
  const header = headerOf(opened, source.name)
  const instance = instanceOf(opened, header)
  if (!isImage(instance) && instance.rows === 0)
    return { kind: 'other', reason: `DICOM, but no image${sopClassOf(instance)}` }
  const { syntax, wordBits } = pixelFormatOf(instance)
  if (syntax.coding === 'native') checkNativeLength(instance, nativeLength(instance, wordBits))
  checkPixelDataEnd(instance, opened.offsetInFile, source)
  const [treatment] = kindOfImage(instance)
  return { kind: 'image', header, exportFault: exportFault(opened), treatment }
}

function sopClassOf({ sopClassUid }: Instance): string {
  return sopClassUid !== undefined && /^[0-9.]{1,64}$/.test(sopClassUid) ? ` (SOP class ${sopClassUid})` : ''
}

/** The header may say that there are more frames than there are. */
function checkNativeLength({ pixelData, file }: Instance, needed: number): void {
  if (pixelData === undefined || pixelData.length >= needed) return
  throw unreadable('Pixel Data', `${needed} bytes`, String(pixelData.length), file)
}

/** What is encapsulated or deflated shows its end only when it is decoded. */
function checkPixelDataEnd(
  { pixelData }: Instance,
  offsetInFile: number | undefined,
  { name, size }: HeadSource,
): void {
  if (pixelData === undefined || offsetInFile === undefined || pixelData.length === undefinedLength) return
  const held = Math.max(0, size - offsetInFile - pixelData.dataOffset)
  if (held < pixelData.length)
    throw unreadable('Pixel Data', `${pixelData.length} bytes`, `${held}: the file is truncated`, name)
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte)
}

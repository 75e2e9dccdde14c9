import { close, open } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, crc32, inflateRawSync } from 'node:zlib'
import { type Entry, fromFdPromise } from 'yauzl'
import { RadversaryError } from '../../core/errors.ts'
import { systemPath } from './file-names.ts'
import { ioError } from './io-error.ts'
import { nameOf, type OpenFile, plainBytes, withFile } from './open-file.ts'
import { decodeNames } from './zip-names.ts'

/** One file in a zip archive, as the central directory has it (PKWARE APPNOTE 4.3.12). */
export interface ZipMember {
  readonly name: string
  readonly method: number
  readonly isEncrypted: boolean
  readonly compressedSize: number
  readonly size: number
  readonly checksum: number
  readonly headerOffset: number
}

/**
 * An archive is refused as a bomb when it unpacks to more than this, and to more than `bombRatio` times its
 * own size.
 */
const harmlessBytes = 2 ** 30
const bombRatio = 250
/** A member that is a bomb is refused by itself; smaller ones may be blank images. */
const harmlessMember = 2 ** 27

/** Larger members can't be held in one piece. */
const largestMember = 2 ** 31 - 1

const localSignature = 0x04034b50
const localBytes = 30
const stored = 0
const deflated = 8

/**
 * The files of a zip archive, zip64 among them. Only its directory is read, and that once for each archive
 * that stays as it is.
 * @throws RadversaryError dicom-unreadable for a damaged archive, dicom-unsupported for a bomb.
 */
export async function listMembers(path: string): Promise<readonly ZipMember[]> {
  const { mtimeMs, size } = await stat(systemPath(path)).catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  const version = `${mtimeMs} ${size}`
  const known = directories.get(path)
  if (known?.version === version) return known.members
  const members = readDirectory(path, size)
  directories.delete(path)
  directories.set(path, { version, members })
  for (const oldest of [...directories.keys()].slice(0, -keptDirectories)) directories.delete(oldest)
  return members
}

/** Number of archives, those read last, whose directories are kept. */
const keptDirectories = 8
const directories = new Map<string, { version: string; members: Promise<readonly ZipMember[]> }>()

/** A whole member, at most as large as the directory says. @throws RadversaryError dicom-unreadable. */
export async function readMember(path: string, name: string): Promise<Uint8Array> {
  const member = (await listMembers(path)).find((candidate) => candidate.name === name)
  if (member === undefined) throw damaged(nameOf({ path, member: name }), 'this member', 'none')
  return withFile(path, async (file) => {
    const bytes = await memberHead(file, path, member, Infinity)
    if (bytes.length !== member.size || crc32(bytes) !== member.checksum)
      throw damaged(nameOf({ path, member: name }), 'the bytes that were packed', 'other ones')
    return bytes
  })
}

/**
 * The beginning of a member: what the first `length` compressed bytes unpack to.
 * @throws RadversaryError dicom-unreadable, dicom-unsupported for encryption and rare compression methods.
 */
export async function memberHead(
  file: OpenFile,
  path: string,
  member: ZipMember,
  length: number,
): Promise<Uint8Array> {
  const name = nameOf({ path, member: member.name })
  if (member.isEncrypted || (member.method !== stored && member.method !== deflated))
    throw unsupported(
      name,
      'members that are stored or deflated',
      'one that is encrypted or packed otherwise',
    )
  if (member.size > Math.max(harmlessMember, bombRatio * member.compressedSize))
    throw unsupported(name, 'an image', `${member.size} bytes in ${member.compressedSize}`)
  const local = await file.read(member.headerOffset, localBytes)
  const view = viewOf(local)
  if (local.length < localBytes || view.getUint32(0, true) !== localSignature)
    throw damaged(name, 'the header of a member', 'none')
  const start = member.headerOffset + localBytes + view.getUint16(26, true) + view.getUint16(28, true)
  const packed = await file.read(start, Math.min(length, member.compressedSize))
  return member.method === stored ? packed : inflate(packed, member, name)
}

/** Truncated input gives what it can; output beyond the size that the directory gives is an error. */
function inflate(packed: Uint8Array, { size }: ZipMember, file: string): Uint8Array {
  try {
    return plainBytes(
      inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: Math.max(1, size) }),
    )
  } catch {
    throw damaged(file, `a member to unpack to its ${size} bytes`, 'damaged or more data')
  }
}

async function readDirectory(path: string, archiveSize: number): Promise<readonly ZipMember[]> {
  const entries = await readEntries(path)
  const names = decodeNames(
    entries.map(({ fileNameRaw, generalPurposeBitFlag, extraFields }) => ({
      bytes: fileNameRaw,
      flags: generalPurposeBitFlag,
      extraFields,
    })),
  )
  const members = entries.map((entry, index) => memberOf(entry, names[index] ?? ''))
  refuseBombs(members, archiveSize, path)
  return members.filter(({ name }) => !name.endsWith('/'))
}

async function readEntries(path: string): Promise<Entry[]> {
  const descriptor = await promisify(open)(systemPath(path), 'r').catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  try {
    const archive = await fromFdPromise(descriptor, { autoClose: false, decodeStrings: false })
    const entries: Entry[] = []
    for await (const entry of archive.eachEntry()) entries.push(entry)
    return entries
  } catch {
    throw damaged(path, 'a whole directory at the end', 'none')
  } finally {
    await promisify(close)(descriptor)
  }
}

function memberOf(entry: Entry, name: string): ZipMember {
  return {
    name,
    method: entry.compressionMethod,
    isEncrypted: (entry.generalPurposeBitFlag & 1) === 1,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    checksum: entry.crc32,
    headerOffset: entry.relativeOffsetOfLocalHeader,
  }
}

/** Bombs unpack to far more than any image, or let members share their data. */
function refuseBombs(members: readonly ZipMember[], archiveSize: number, path: string): void {
  const total = members.reduce((sum, { size }) => sum + size, 0)
  if (total > harmlessBytes && total > bombRatio * archiveSize)
    throw unsupported(path, 'images', `${total} bytes in ${archiveSize}`)
  if (members.some(({ size }) => size > largestMember))
    throw unsupported(path, 'members below 2 GiB', 'a larger one')
  const byOffset = [...members].sort((a, b) => a.headerOffset - b.headerOffset)
  byOffset.forEach((member, index) => {
    const end = member.headerOffset + localBytes + member.compressedSize
    if (end > (byOffset[index + 1]?.headerOffset ?? archiveSize))
      throw unsupported(path, 'members side by side', 'overlapping ones')
  })
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(file: string, expected: string, got: string): RadversaryError {
  return new RadversaryError('dicom-unreadable', `Archive: expected ${expected}, got ${got}`, {
    tip: 'The archive is damaged or incomplete; fetch it again.',
    file,
  })
}

function unsupported(file: string, expected: string, got: string): RadversaryError {
  return new RadversaryError('dicom-unsupported', `Archive: expected ${expected}, got ${got}`, {
    tip: 'Unpack it with a program that you trust and open the folder.',
    file,
  })
}

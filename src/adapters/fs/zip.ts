import { constants, crc32, inflateRawSync } from 'node:zlib'
import { RadversaryError } from '../../core/errors.ts'
import { nameOf } from './file-ref.ts'
import { plainBytes, withFile, type OpenFile } from './open-file.ts'

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

/** Larger members can't be held in one piece. */
const largestMember = 2 ** 31 - 1

const endSignature = 0x06054b50
const endBytes = 22
const centralSignature = 0x02014b50
const centralBytes = 46
const localSignature = 0x04034b50
const localBytes = 30
const stored = 0
const deflated = 8

/**
 * The files of a zip archive. Only its directory is read.
 * @throws RadversaryError dicom-unreadable for a damaged archive, dicom-unsupported for a bomb or one of more
 * than 4 GiB.
 */
export async function listMembers(path: string): Promise<ZipMember[]> {
  return withFile(path, (file) => listOpen(file, path))
}

/** A whole member, at most as large as the directory says. @throws RadversaryError dicom-unreadable. */
export async function readMember(path: string, name: string): Promise<Uint8Array> {
  return withFile(path, async (file) => {
    const member = (await listOpen(file, path)).find((candidate) => candidate.name === name)
    if (member === undefined) throw damaged(nameOf({ path, member: name }), 'this member', 'none')
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

async function listOpen(file: OpenFile, path: string): Promise<ZipMember[]> {
  const tailStart = Math.max(0, file.size - endBytes - 0xffff)
  const tail = await file.read(tailStart, endBytes + 0xffff)
  const view = viewOf(tail)
  let at = tail.length - endBytes
  while (at >= 0 && view.getUint32(at, true) !== endSignature) at--
  if (at < 0) throw damaged(path, 'a directory at the end', 'none')
  const [count, size, offset] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ]
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff)
    throw unsupported(path, 'an archive of at most 4 GiB', 'a zip64 one')
  const members = parseDirectory(await file.read(offset, size), count, path)
  refuseBombs(members, file.size, path)
  return members.filter(({ name }) => !name.endsWith('/'))
}

function parseDirectory(directory: Uint8Array, count: number, path: string): ZipMember[] {
  const view = viewOf(directory)
  const members: ZipMember[] = []
  for (let at = 0; members.length < count;) {
    if (at + centralBytes > directory.length || view.getUint32(at, true) !== centralSignature)
      throw damaged(path, `a directory of ${count} members`, String(members.length))
    const nameEnd = at + centralBytes + view.getUint16(at + 28, true)
    const flags = view.getUint16(at + 8, true)
    members.push({
      name: new TextDecoder(flags & 0x800 ? 'utf-8' : 'latin1').decode(
        directory.subarray(at + centralBytes, nameEnd),
      ),
      method: view.getUint16(at + 10, true),
      isEncrypted: (flags & 1) === 1,
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      checksum: view.getUint32(at + 16, true),
      headerOffset: view.getUint32(at + 42, true),
    })
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return members
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

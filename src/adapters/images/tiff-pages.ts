import { unreadable } from './faults.ts'

/** Directories at most; each is a page. */
const mostPages = 65535

/**
 * Counts the directories of a TIFF or BigTIFF by following the offsets from one to the next (TIFF 6.0,
 * section 2), which the library would follow without end where they lead in a circle.
 * @throws RadversaryError image-unreadable for a circle, or a chain that leads out of the file.
 */
export function countPages(bytes: Uint8Array, file: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = bytes[0] === 0x49
  const isBig = bytes.length > 16 && view.getUint16(2, little) === 43
  const offsetAt = (at: number) =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const [countBytes, entryBytes, offsetBytes] = isBig ? [8, 20, 8] : [2, 12, 4]
  const seen = new Set<number>()
  for (let at = offsetAt(isBig ? 8 : 4); at !== 0;) {
    if (seen.has(at) || seen.size >= mostPages)
      throw unreadable('TIFF', 'directories that end', 'a chain that leads back', file)
    seen.add(at)
    if (at + countBytes > bytes.length) throw unreadable('TIFF', 'a directory', 'the end of the file', file)
    const entries = isBig ? Number(view.getBigUint64(at, little)) : view.getUint16(at, little)
    const next = at + countBytes + entries * entryBytes
    if (next + offsetBytes > bytes.length)
      throw unreadable('TIFF', `a directory of ${entries} entries`, 'the end of the file', file)
    at = offsetAt(next)
  }
  return seen.size
}

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { RadversaryError } from '../../core/errors.ts'
import { systemPath } from './file-names.ts'
import { ioError } from './io-error.ts'

/** A file that is open for reading. */
export interface OpenFile {
  readonly size: number
  /**
   * The bytes from `start` on: `length` of them, or fewer at the end of the file.
   * @param into memory for them, of that length
   */
  readonly read: (start: number, length: number, into?: Uint8Array) => Promise<Uint8Array>
}

/** What one call reads at most; systems have bounds below 2 GiB. */
const mostAtOnce = 2 ** 30

/** To open a pipe would wait for its writer. */
const withoutWaiting =
  process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK

function notRegular(file: string): RadversaryError {
  return new RadversaryError('io-failed', 'Read: expected a regular file, got a folder, pipe or device', {
    file,
    tip: 'Name a file.',
  })
}

/** Opens a file for reading only and closes it when `use` is done. @throws RadversaryError io-failed. */
export async function withFile<Result>(
  path: string,
  use: (file: OpenFile) => Promise<Result>,
): Promise<Result> {
  const handle = await open(systemPath(path), withoutWaiting).catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw notRegular(path)
    const { size } = found
    const read: OpenFile['read'] = (start, length, into) =>
      readRange(start, into ?? new Uint8Array(Math.max(0, Math.min(length, size - start))))
    return await use({ size, read })
  } catch (cause) {
    throw ioError('Read', path, cause)
  } finally {
    await handle.close()
  }

  async function readRange(start: number, buffer: Uint8Array): Promise<Uint8Array> {
    let filled = 0
    while (filled < buffer.length) {
      const wanted = Math.min(buffer.length - filled, mostAtOnce)
      const { bytesRead } = await handle.read(buffer, filled, wanted, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }
}

/** A Buffer's bytes without its own ways: its slice shares memory, where everybody else's copies. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

/**
 * Where an instance is: a file, or a member of a zip archive. Plain values, to be kept by the thousand and
 * sent across threads.
 */
export interface FileRef {
  readonly path: string
  /** The member's name in the zip archive at `path`. */
  readonly member?: string
}

/** What to call it in a message. */
export function nameOf({ path, member }: FileRef): string {
  return member === undefined ? path : `${path} > ${member}`
}

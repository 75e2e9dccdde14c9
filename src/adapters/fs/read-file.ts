import { readFile } from 'node:fs/promises'
import { parseInstance, type Instance } from '../../core/dicom/instance.ts'
import { nameOf, type FileRef } from './file-ref.ts'
import { systemPath } from './byte-names.ts'
import { ioError } from './io-error.ts'
import { plainBytes, withFile } from './open-file.ts'
import { readMember } from './zip.ts'

/**
 * Reads a whole instance, pixel data included; the file is opened for reading only.
 * @throws RadversaryError io-failed, dicom-unreadable.
 */
export async function readInstance(ref: FileRef): Promise<Instance> {
  return parseInstance(await readBytes(ref), { file: nameOf(ref) })
}

/**
 * All bytes of a file or archive member. @throws RadversaryError io-failed, dicom-unreadable for a damaged
 * archive.
 */
export async function readBytes(ref: FileRef): Promise<Uint8Array> {
  if (ref.member !== undefined) return readMember(ref.path, ref.member)
  try {
    return plainBytes(await readFile(systemPath(ref.path)))
  } catch (cause) {
    throw ioError('Read', ref.path, cause)
  }
}

/**
 * All bytes of a regular file, in memory that threads share: sent to another one, they are not copied.
 * @throws RadversaryError io-failed.
 */
export function readShared(path: string): Promise<Uint8Array> {
  return withFile(path, ({ size, read }) => read(0, size, new Uint8Array(new SharedArrayBuffer(size))))
}

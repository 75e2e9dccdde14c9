import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { type Instance, parseInstance } from '../../core/dicom/instance.ts'
import { RadversaryError } from '../../core/errors.ts'
import { systemPath } from './file-names.ts'
import { errorCode, ioError } from './io-error.ts'
import { type FileRef, nameOf, plainBytes, withFile } from './open-file.ts'
import { readMember } from './zip.ts'

/**
 * Reads a whole instance, pixel data included; the file is opened for reading only.
 * @throws RadversaryError io-failed, dicom-unreadable.
 */
export async function readInstance(ref: FileRef): Promise<Instance> {
  return parseInstance(await readBytes(ref), { file: nameOf(ref) })
}

/** Reads an instance when it is first asked for, and once. @throws as `readInstance` */
export function instanceOnce(ref: FileRef): () => Promise<Instance> {
  let read: Promise<Instance> | undefined
  return () => (read ??= readInstance(ref))
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

/**
 * Reads a file that a model names: a regular file that really lies in the model's folder or below. A model
 * from elsewhere must not make us read another file of the user's, or one that has no end.
 * @returns undefined where there is none
 * @throws RadversaryError model-unreadable for a link out of the folder, a device, pipe or folder; io-failed.
 */
export async function readBeside(folder: string, name: string): Promise<Uint8Array | undefined> {
  const path = join(folder, name)
  try {
    const [real, root] = [await realpath(path), await realpath(folder)]
    const way = relative(root, real)
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw refused(path, 'one that lies elsewhere')
    if (!(await stat(real)).isFile()) throw refused(path, 'a folder, pipe or device')
    return await readShared(real)
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw ioError('Read', path, cause)
  }
}

/**
 * The same of a file that must be there. @throws RadversaryError as `readBeside`; io-failed where it is not.
 */
export async function requireBeside(folder: string, name: string): Promise<Uint8Array> {
  const bytes = await readBeside(folder, name)
  if (bytes !== undefined) return bytes
  throw new RadversaryError(
    'io-failed',
    'Read: a file that the model or its card names is not there (ENOENT)',
    {
      file: join(folder, name),
      tip: `Put ${name} back beside the model, as it was exported, or take it out of the card.`,
    },
  )
}

function refused(file: string, got: string): RadversaryError {
  return new RadversaryError('model-unreadable', `Model: expected a regular file in its folder, got ${got}`, {
    file,
    tip: 'Copy the file itself beside the model, if you trust where the model is from.',
  })
}

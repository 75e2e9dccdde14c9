import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep, isAbsolute } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'
import { ioError, errorCode } from './io-error.ts'
import { readShared } from './read-file.ts'

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

function refused(file: string, got: string): RadversaryError {
  return new RadversaryError('model-unreadable', `Model: expected a regular file in its folder, got ${got}`, {
    file,
    tip: 'Copy the file itself beside the model, if you trust where the model is from.',
  })
}

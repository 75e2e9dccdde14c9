import { randomUUID } from 'node:crypto'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'
import { errorCode, ioError } from './io-error.ts'

const partialSuffix = '.radversary-partial'

/** Whether a file name is that of a file that was being written when its writer died. */
export function isPartialName(name: string): boolean {
  return name.endsWith(partialSuffix)
}

/**
 * Writes a file so that it is there whole or not at all, whatever happens meanwhile: a temporary name in the
 * same folder, the bytes, fsync, rename, fsync of the folder. One writer per folder is assumed.
 * @param options.replace whether a file of this name may be replaced; otherwise that is an error
 * (export-conflict)
 * @throws RadversaryError io-failed (full disk, no right to write, …) or export-conflict, with the file and
 * what to do
 */
export function writeFileAtomically(
  path: string,
  bytes: Uint8Array,
  options: { readonly replace: boolean },
): Promise<void> {
  return makeFileAtomically(path, (temporary) => writeAndSync(temporary, bytes), options)
}

/**
 * The same of a file that `make` leaves under the temporary name. @throws as `writeFileAtomically` and `make`
 */
export async function makeFileAtomically(
  path: string,
  make: (temporary: string) => Promise<void>,
  options: { readonly replace: boolean },
): Promise<void> {
  if (!options.replace && (await fileExists(path))) throw conflict(path)
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}${partialSuffix}`)
  try {
    await make(temporary)
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw ioError('write file', path, cause)
  }
}

/** Removes what writers that died have left in this folder and below. */
export async function removePartials(folder: string): Promise<void> {
  try {
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      if (entry.isFile() && isPartialName(entry.name))
        await rm(join(entry.parentPath, entry.name), { force: true })
    }
  } catch (cause) {
    throw ioError('clean folder', folder, cause)
  }
}

/**
 * Makes new names in a folder last through a power failure. Windows can't open folders and doesn't need it.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false
    throw ioError('look for file', path, cause)
  }
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function conflict(file: string): RadversaryError {
  return new RadversaryError('export-conflict', 'write file: expected no file of this name, got one', {
    file,
    tip: 'Nothing is overwritten: choose another folder, or move the file away.',
  })
}

import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { withFile } from '../../adapters/fs/open-file.ts'

/** A file, or a folder with all files in it and below. */
export interface InputHash {
  /** Absolute. */
  readonly path: string
  readonly files: number
  readonly bytes: number
  /** SHA-256 of one line a file, sorted by path: `SHA256  PATH` as sha256sum writes it, paths parted by /. */
  readonly sha256: string
}

const atOnce = 4 * 2 ** 20

/**
 * Hashes what lies at a path; where nothing does, nothing is hashed: the study is listed as failed when its
 * turn comes. @throws RadversaryError io-failed
 */
export async function hashOfInput(path: string): Promise<InputHash> {
  const lines: string[] = []
  let bytes = 0
  for (const file of await filesAt(path)) {
    const name = relative(path, file).split(sep).join('/')
    lines.push(`${await hashOfFile(file)}  ${name === '' ? '-' : name}\n`)
    bytes += (await stat(file)).size
  }
  return { path: resolve(path), files: lines.length, bytes, sha256: hashOfText(lines.join('')) }
}

async function filesAt(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true, recursive: true })
    const files = entries.filter((entry) => entry.isFile())
    return files.map((entry) => join(entry.parentPath, entry.name)).sort()
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('list folder', path, cause)
  }
}

/** Reads a file a few MiB at a time. @throws RadversaryError io-failed */
export function hashOfFile(path: string): Promise<string> {
  return withFile(path, async ({ size, read }) => {
    const hash = createHash('sha256')
    for (let at = 0; at < size; at += atOnce) hash.update(await read(at, atOnce))
    return hash.digest('hex')
  })
}

export function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

import { createHash } from 'node:crypto'
import { relative, resolve, sep } from 'node:path'
import { errorCode } from '../../adapters/fs/io-error.ts'
import { withFile } from '../../adapters/fs/open-file.ts'
import { walk } from '../../adapters/fs/scan.ts'

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
 * Hashes the files at a path that a scan of it reads, linked ones too; where there is nothing, nothing is
 * hashed: the study is listed as failed when its turn comes. @throws RadversaryError io-failed
 */
export async function hashOfInput(path: string): Promise<InputHash> {
  const lines: string[] = []
  let bytes = 0
  for (const file of await filesAt(path)) {
    const name = relative(resolve(path), file).split(sep).join('/')
    const { size, sha256 } = await hashedFile(file)
    lines.push(`${sha256}  ${name === '' ? '-' : name}\n`)
    bytes += size
  }
  return { path: resolve(path), files: lines.length, bytes, sha256: hashOfText(lines.join('')) }
}

async function filesAt(path: string): Promise<string[]> {
  const files: string[] = []
  const failures: Error[] = []
  await walk([path], {
    onFile: (file) => void files.push(file),
    onFailure: (error) => void failures.push(error),
  })
  const failure = failures.find(({ cause }) => errorCode(cause) !== 'ENOENT')
  if (failure !== undefined) throw failure
  return files.sort()
}

/** Reads a file a few MiB at a time. */
function hashedFile(path: string): Promise<{ readonly size: number; readonly sha256: string }> {
  return withFile(path, async ({ size, read }) => {
    const hash = createHash('sha256')
    for (let at = 0; at < size; at += atOnce) hash.update(await read(at, atOnce))
    return { size, sha256: hash.digest('hex') }
  })
}

/** SHA-256 of a file of any size. @throws RadversaryError io-failed */
export async function hashOfFile(path: string): Promise<string> {
  return (await hashedFile(path)).sha256
}

export function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

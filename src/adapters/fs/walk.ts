import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nameOfBytes, systemPath } from './byte-names.ts'
import { ioError } from './io-error.ts'

/** Hears of every file, and of every folder that can't be read, in a fixed order. */
export interface WalkListener {
  onFile(path: string): void
  onFailure(error: Error): void
}

/**
 * Goes through files and nested folders, in the order of their names. Linked folders are followed, each real
 * folder once.
 */
export async function walk(
  paths: readonly string[],
  listener: WalkListener,
  signal?: AbortSignal,
): Promise<void> {
  const seen = new Set<string>()
  for (const path of paths) await visit(resolve(path))

  async function visit(path: string): Promise<void> {
    signal?.throwIfAborted()
    try {
      const found = await stat(systemPath(path))
      if (found.isDirectory()) await visitFolder(path)
      else if (found.isFile()) listener.onFile(path)
    } catch (cause) {
      if (signal?.aborted) throw cause
      listener.onFailure(ioError('Read', path, cause))
    }
  }

  async function visitFolder(path: string): Promise<void> {
    const real = nameOfBytes(await realpath(systemPath(path), { encoding: 'buffer' }))
    if (seen.has(real)) return
    seen.add(real)
    for (const { name, isFile } of await entriesOf(path))
      if (isFile) listener.onFile(join(path, name))
      else await visit(join(path, name))
  }
}

async function entriesOf(folder: string): Promise<{ readonly name: string; readonly isFile: boolean }[]> {
  const entries = await readdir(systemPath(folder), { withFileTypes: true, encoding: 'buffer' })
  return entries
    .map((entry) => ({ name: nameOfBytes(entry.name), isFile: entry.isFile() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

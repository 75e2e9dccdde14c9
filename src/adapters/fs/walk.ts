import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
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
      const found = await stat(path)
      if (found.isDirectory()) await visitFolder(path)
      else if (found.isFile()) listener.onFile(path)
    } catch (cause) {
      if (signal?.aborted) throw cause
      listener.onFailure(ioError('Read', path, cause))
    }
  }

  async function visitFolder(path: string): Promise<void> {
    const real = await realpath(path)
    if (seen.has(real)) return
    seen.add(real)
    const entries = await readdir(path, { withFileTypes: true })
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries)
      if (entry.isFile()) listener.onFile(join(path, entry.name))
      else await visit(join(path, entry.name))
  }
}

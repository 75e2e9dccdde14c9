import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ioError } from '../../adapters/fs/io-error.ts'

export interface FolderEntry {
  readonly name: string
  readonly path: string
  readonly kind: 'folder' | 'file'
}

export interface FolderListing {
  readonly path: string
  /** Null for the root of a disk. */
  readonly parent: string | null
  /** Folders first, then files, each by name; hidden ones and what is neither are left out. */
  readonly entries: readonly FolderEntry[]
}

/** @throws RadversaryError io-failed. */
export async function listFolder(folder: string = homedir()): Promise<FolderListing> {
  const path = resolve(folder)
  const found = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw ioError('List folder', path, cause)
  })
  const visible = found.filter(({ name }) => !name.startsWith('.'))
  const entries = await Promise.all(
    visible.map(async (entry) => ({
      name: entry.name,
      path: join(path, entry.name),
      kind: await kindOf(join(path, entry.name)),
    })),
  )
  const parent = dirname(path)
  return {
    path,
    parent: parent === path ? null : parent,
    entries: entries.filter(isEntry).sort(byKindAndName),
  }
}

/** Links are followed; a dangling one is nothing. */
async function kindOf(path: string): Promise<FolderEntry['kind'] | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) return 'folder'
  return found?.isFile() === true ? 'file' : undefined
}

function isEntry(
  entry: Omit<FolderEntry, 'kind'> & { readonly kind: FolderEntry['kind'] | undefined },
): entry is FolderEntry {
  return entry.kind !== undefined
}

function byKindAndName(a: FolderEntry, b: FolderEntry): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
  return a.name.localeCompare(b.name, undefined, { numeric: true })
}

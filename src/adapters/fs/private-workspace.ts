import { chmod, lstat, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What Radversary makes in its folder (docs/workspace.md); others' files there are theirs. */
const ownNames = [
  ...['models', 'runs', 'comparisons', 'logs', 'tmp'],
  ...['settings.json', 'recent-studies.json', 'open-browser.html'],
]

/**
 * Takes from a workspace of an earlier time the rights that the mask gives nobody, at most once: the
 * folder is looked at, and what is in it only where the folder was too open. Says what it has done; undefined
 * where nothing was to be done. Never throws.
 */
export async function keepWorkspacePrivate(home: string, mask: number): Promise<string | undefined> {
  if (process.platform === 'win32' || !(await isOwn(home))) return undefined
  const before = await tightened(home, mask)
  if (before === undefined) return undefined
  for (const name of ownNames) await tightenAll(join(home, name), mask)
  const [from, to] = [before, before & ~mask].map((mode) => mode.toString(8).padStart(4, '0'))
  return `Others could look into the workspace ${home}: its rights were ${from ?? ''} and are ${to ?? ''} now. RADVERSARY_UMASK gives others rights (027: your group may read).`
}

/** The user's own folder, and not one that holds everything else of the user's. */
async function isOwn(home: string): Promise<boolean> {
  const found = await stat(home).catch(() => undefined)
  if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) return false
  const user = await stat(homedir()).catch(() => undefined)
  return user?.ino !== found.ino || user.dev !== found.dev
}

/**
 * The rights that there were before, where they were too many. Links are left: what they name is elsewhere.
 */
async function tightened(path: string, mask: number): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined || !(found.isFile() || found.isDirectory())) return undefined
  const mode = found.mode & 0o777
  if ((mode & mask) === 0) return undefined
  return chmod(path, mode & ~mask).then(
    () => mode,
    () => undefined,
  )
}

async function tightenAll(path: string, mask: number): Promise<void> {
  await tightened(path, mask)
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory() !== true) return
  for (const name of await readdir(path).catch(() => [])) await tightenAll(join(path, name), mask)
}

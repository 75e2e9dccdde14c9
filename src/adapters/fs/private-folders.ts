import { randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { homedir, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorCode } from './io-error.ts'

/**
 * Where Radversary keeps what is the user's (models, later runs and settings): RADVERSARY_HOME, or the
 * platform's usual place.
 */
export function homeFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['RADVERSARY_HOME']) return env['RADVERSARY_HOME']
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Radversary')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Radversary')
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'radversary')
}

/** What Radversary makes in its folder (docs/workspace.md); others' files there are theirs. */
const ownNames = [
  ...['models', 'runs', 'comparisons', 'evaluations', 'imported', 'references', 'exports', 'logs', 'tmp'],
  ...[
    'settings.json',
    'session.json',
    'recent-studies.json',
    'exports.jsonl',
    'open-browser.html',
    'deidentification.key',
    'nodes.json',
  ],
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

/** A process's folders are named after it, so that those of dead ones are known. */
const prefix = `radversary-${hostname().replace(/[^\w.]/g, '_')}-`

/** The one folder for what is needed for a moment, in the workspace. */
export function temporaryFolderIn(home: string): string {
  return join(home, 'tmp')
}

/**
 * Lets `use` have a folder of its own, which is gone afterwards. It lies in the workspace, or with the
 * system's temporary files where that can't be written; nobody else may look into it.
 */
export async function withTemporaryFolder<T>(home: string, use: (folder: string) => Promise<T>): Promise<T> {
  const name = `${prefix}${process.pid}-${randomUUID().slice(0, 8)}`
  const folder = await makeFolder(temporaryFolderIn(home), name).catch(() => makeFolder(tmpdir(), name))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeFolder(parent: string, name: string): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await mkdir(join(parent, name), { mode: 0o700 })
  return join(parent, name)
}

/** Removes what processes of this machine that are gone have left in the workspace. Never throws. */
export async function sweepTemporaryFolder(home: string): Promise<void> {
  const parent = temporaryFolderIn(home)
  const names = await readdir(parent).catch(() => [])
  const left = names.filter((name) => name.startsWith(prefix) && !isAlive(ownerOf(name)))
  await Promise.all(
    left.map((name) => rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)),
  )
}

function ownerOf(name: string): number {
  return Number.parseInt(name.slice(prefix.length))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorCode } from './io-error.ts'

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

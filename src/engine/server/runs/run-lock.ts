import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, ioError } from '../../../adapters/fs/io-error.ts'

/** Says that a run is in work, to other engines with the same home. */
export interface RunLock {
  release(): Promise<void>
}

const lockName = 'in-work'
const beatMs = 2000
/**
 * A lock that wasn't renewed for this long is a dead engine's, even where another process has its number now.
 */
const staleMs = 10_000

/** @throws RadversaryError io-failed. */
export async function lockRun(folder: string): Promise<RunLock> {
  const path = join(folder, lockName)
  await writeFile(path, String(process.pid)).catch((cause: unknown) => {
    throw ioError('write file', path, cause)
  })
  const beat = setInterval(() => {
    const now = new Date()
    // A run that was deleted meanwhile needs no lock.
    utimes(path, now, now).catch(() => undefined)
  }, beatMs).unref()
  return {
    release: async () => {
      clearInterval(beat)
      await rm(path, { force: true })
    },
  }
}

/** Whether another living engine has the run in work. */
export async function isLockedElsewhere(folder: string): Promise<boolean> {
  const path = join(folder, lockName)
  try {
    const owner = Number(await readFile(path, 'utf8'))
    const { mtimeMs } = await stat(path)
    return owner !== process.pid && Date.now() - mtimeMs < staleMs && isAlive(owner)
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false
    throw ioError('Read', path, cause)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return errorCode(cause) === 'EPERM'
  }
}

import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileExists, writeFileAtomically } from '../../adapters/fs/atomic-write.ts'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { type Manifest, manifestName } from '../../adapters/fs/manifest.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { JobHooks } from '../progress.ts'
import { departure, type Departure, type NewDeparture } from './departure.ts'

const logName = 'exports.jsonl'
const manifestsName = 'exports'

/**
 * Notes down that an export has left, for good: its line is appended, and its manifest is kept, which has
 * the hash of every file.
 * @param folder of the export, which is whole
 * @throws RadversaryError io-failed
 */
export async function noteDeparture(home: string, folder: string, left: NewDeparture): Promise<void> {
  const bytes = await readFile(join(folder, manifestName)).catch((cause: unknown) => {
    throw ioError('Read', join(folder, manifestName), cause)
  })
  await noteManifest(home, bytes, left)
}

/**
 * The same by the bytes of a manifest: of what left, which may be less than a whole export.
 * @throws RadversaryError io-failed
 */
export async function noteManifest(home: string, bytes: Uint8Array, left: NewDeparture): Promise<void> {
  const { exportId, files } = JSON.parse(new TextDecoder().decode(bytes)) as Manifest
  const manifest = sha256(bytes)
  await keepManifest(home, manifest, bytes)
  await locked(home, async () => {
    const lines = await linesOf(home)
    const line: Departure = {
      schema: 'radversary/departure/1',
      when: new Date().toISOString(),
      what: left.what,
      to: left.to,
      exportId,
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      manifest,
      identity: left.identity,
      previous: sha256(lines.at(-1) ?? ''),
    }
    await append(home, `${JSON.stringify(line)}\n`)
  })
}

/**
 * The same of a job that is done: where the workspace can't be written, that is said, and the export stays.
 */
export async function noteExport(
  home: string,
  folder: string,
  left: Omit<NewDeparture, 'to'>,
  { onNotice }: JobHooks,
): Promise<void> {
  try {
    await noteDeparture(home, folder, { ...left, to: folder })
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    onNotice?.(`The export is whole, but could not be noted down in the workspace: ${error.message}`)
  }
}

export interface DepartureLog {
  /** Oldest first. */
  readonly departures: readonly Departure[]
  /** Lines, from 1, that are not what was written, or that follow another line than they say. */
  readonly damaged: readonly number[]
}

/**
 * Reads what has left a workspace, and checks that no line was changed or taken away. @throws
 * RadversaryError io-failed
 */
export async function departuresOf(home: string): Promise<DepartureLog> {
  const departures: Departure[] = []
  const damaged: number[] = []
  let before = ''
  for (const [index, line] of (await linesOf(home)).entries()) {
    const read = parsed(line)
    if (read?.previous !== sha256(before)) damaged.push(index + 1)
    if (read !== undefined) departures.push(read)
    before = line
  }
  return { departures, damaged }
}

function parsed(line: string): Departure | undefined {
  try {
    return departure.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

async function linesOf(home: string): Promise<string[]> {
  const path = join(home, logName)
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('Read', path, cause)
  }
}

async function append(home: string, line: string): Promise<void> {
  const path = join(home, logName)
  // A line that a power failure cut short stays a line of its own.
  const start = (await endsInLine(path)) ? '' : '\n'
  await appendFile(path, `${start}${line}`, { mode: 0o600, flush: true }).catch((cause: unknown) => {
    throw ioError('append to', path, cause)
  })
}

async function endsInLine(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text === '' || text.endsWith('\n')
}

async function keepManifest(home: string, hash: string, bytes: Uint8Array): Promise<void> {
  const path = join(home, manifestsName, `${hash}.json`)
  await mkdir(join(home, manifestsName), { recursive: true }).catch((cause: unknown) => {
    throw ioError('make folder', join(home, manifestsName), cause)
  })
  if (!(await fileExists(path))) await writeFileAtomically(path, bytes, { replace: true })
}

function sha256(data: string | Uint8Array): string {
  return data.length === 0 ? '' : createHash('sha256').update(data).digest('hex')
}

const staleMs = 10_000

/** One writer at a time, of whichever process; the lock of a dead one is taken away. */
async function locked(home: string, write: () => Promise<void>): Promise<void> {
  const lock = join(home, `${logName}.lock`)
  const start = Date.now()
  while (!(await taken(lock))) {
    if (Date.now() - start > 3 * staleMs) throw ioError('lock', lock, new Error('another keeps it'))
    await wait(20)
  }
  try {
    await write()
  } finally {
    await rmdir(lock).catch(() => undefined)
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') throw ioError('lock', lock, cause)
    const since = await stat(lock)
      .then(({ mtimeMs }) => Date.now() - mtimeMs)
      .catch(() => 0)
    if (since > staleMs) await rmdir(lock).catch(() => undefined)
    return false
  }
}

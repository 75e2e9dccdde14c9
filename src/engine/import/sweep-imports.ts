import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../adapters/fs/io-error.ts'
import { importedFolder } from './import-to-open.ts'

/** How long nobody must have written in a folder that is removed: another engine may be importing into it. */
const quietMs = 3_600_000

/** Folders of work that names the studies that it was made of. */
const namingFolders = ['runs', 'comparisons', 'evaluations']

/**
 * Removes imported studies that nothing names any more: neither a run, a comparison or an evaluation, nor
 * the list of recent studies. They are made again when their files are opened. Never throws. @returns how
 * many are gone
 */
export async function sweepImports(home: string, now = Date.now()): Promise<number> {
  const parent = importedFolder(home)
  const folders = await readdir(parent).catch(() => [])
  if (folders.length === 0) return 0
  const named = await namingTexts(home).catch(() => undefined)
  if (named === undefined) return 0
  const left: string[] = []
  for (const folder of folders)
    if (!named.some((text) => text.includes(folder)) && (await isQuiet(join(parent, folder), now)))
      left.push(folder)
  const removed = await Promise.allSettled(
    left.map((folder) => rm(join(parent, folder), { recursive: true })),
  )
  return removed.filter(({ status }) => status === 'fulfilled').length
}

/** Requests, and the recent studies, as they are written. @throws for one that is there and can't be read */
async function namingTexts(home: string): Promise<string[]> {
  const texts = [await textOf(join(home, 'recent-studies.json'))]
  for (const kind of namingFolders)
    for (const id of await namesIn(join(home, kind)))
      texts.push(await textOf(join(home, kind, id, 'request.json')))
  return texts
}

/** Empty where there is no such file, or its folder is none. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(otherwise(''))
}

/** None where there is no such folder. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(otherwise<string[]>([]))
}

/** A value in the place of what is not there; what is there and can't be read stays an error. */
function otherwise<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return value
    throw error
  }
}

async function isQuiet(folder: string, now: number): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const times = await Promise.all(
    [folder, ...names.map((name) => join(folder, name))].map(async (path) => (await stat(path)).mtimeMs),
  ).catch(() => [now])
  return times.every((time) => time < now - quietMs)
}

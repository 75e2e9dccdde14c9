import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fileExists, writeFileAtomically } from '../../../adapters/fs/atomic-write.ts'
import { errorCode, ioError } from '../../../adapters/fs/io-error.ts'
import { readJson, readJsonFile, writeJsonFile } from '../../../adapters/fs/json-file.ts'
import { manifestName } from '../../../adapters/fs/manifest.ts'
import { type ErrorCode, RadversaryError } from '../../../core/errors.ts'
import { recordName } from '../../attack/attack-study.ts'
import { imageResult, type ImageResult } from '../../export/image-result.ts'
import { resultPath } from '../../export/record-image.ts'
import { attackRecord, type AttackRecord } from '../../export/record.ts'
import { datedId, isDatedId } from '../ids.ts'
import { keepRequest } from '../kept-request.ts'
import type { DrawnRegion } from '../region.ts'
import { runRequest, type RunRequest } from './run-request.ts'
import type { AttackSummary } from '../../../core/evaluate/summary.ts'
import type { AttackWarning } from '../../../core/evaluate/warnings.ts'
import { version as softwareVersion } from '../../version.ts'

const error = z.strictObject({
  code: z.custom<ErrorCode>((value) => typeof value === 'string'),
  message: z.string(),
  tip: z.string().nullable(),
  file: z.string().nullable(),
})

/**
 * How a run's last attempt ended, if not well, as outcome.json in its folder; a run that is done has a whole
 * export instead.
 */
const runOutcome = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('cancelled') }),
  z.strictObject({ state: z.literal('failed'), error }),
])

type RunOutcome = Readonly<z.output<typeof runOutcome>>

/** An image that is done; `image` is its place among the run's. */
export interface FinishedImage {
  readonly image: number
  readonly result: ImageResult
}

/**
 * The runs on disk, a folder each: request.json, region.npy, outcome.json, digest.json, and the export as `attackStudy`
 * leaves it.
 */
export interface RunFolders {
  list(): Promise<string[]>
  create(request: RunRequest, region: DrawnRegion | undefined): Promise<string>
  remove(run: string): Promise<void>
  /** @throws RadversaryError usage where there is no such run. */
  request(run: string): Promise<RunRequest>
  setRequest(run: string, request: RunRequest): Promise<void>
  outcome(run: string): Promise<RunOutcome | undefined>
  /** Undefined takes the outcome away: a new attempt begins. */
  setOutcome(run: string, outcome: RunOutcome | undefined): Promise<void>
  isDone(run: string): Promise<boolean>
  /** Reads the record of a run that is done. */
  record(run: string): Promise<AttackRecord>
  /** What a list shows of a run that is done. */
  digest(run: string): Promise<RunDigest>
  /**
   * The result of one image, by its place among the run's. @throws RadversaryError usage where it isn't done.
   */
  image(run: string, image: number): Promise<ImageResult>
  /** In the study's order, as far as the run has come. */
  images(run: string): Promise<FinishedImage[]>
  folder(run: string): string
  exportFolder(run: string): string
}

export function runFoldersIn(home: string): RunFolders {
  const all = join(home, 'runs')
  const file = (run: string, name: string) => join(folderOf(all, run), name)
  const exportFolder = (run: string) => file(run, 'export')
  const record = async (run: string) =>
    (await readJsonFile(join(exportFolder(run), recordName), attackRecord)) ?? noSuchRun(run)
  return {
    list: () => namesIn(all, isDatedId),
    create: async (request, region) => {
      const run = datedId(new Date(request.created))
      await keepRequest(folderOf(all, run), request, region)
      return run
    },
    remove: async (run) => {
      await rm(folderOf(all, run), { recursive: true, force: true }).catch((cause: unknown) => {
        throw ioError('Remove run', folderOf(all, run), cause)
      })
    },
    request: async (run) => (await readJsonFile(file(run, 'request.json'), runRequest)) ?? noSuchRun(run),
    setRequest: (run, request) => writeJsonFile(file(run, 'request.json'), request),
    outcome: (run) => readJsonFile(file(run, 'outcome.json'), runOutcome),
    setOutcome: (run, outcome) =>
      outcome === undefined
        ? rm(file(run, 'outcome.json'), { force: true })
        : writeJsonFile(file(run, 'outcome.json'), outcome),
    isDone: (run) => fileExists(join(exportFolder(run), manifestName)),
    record,
    digest: (run) =>
      digestOf({
        file: file(run, 'digest.json'),
        record: join(exportFolder(run), recordName),
        read: () => record(run),
      }),
    image: async (run, image) =>
      (await readJsonFile(join(exportFolder(run), resultPath(image + 1)), imageResult)) ??
      notDone(run, image),
    images: (run) => finishedImages(join(exportFolder(run), 'images')),
    folder: (run) => folderOf(all, run),
    exportFolder,
  }
}

function folderOf(all: string, run: string): string {
  return isDatedId(run) ? join(all, run) : noSuchRun(run)
}

function noSuchRun(run: string): never {
  throw new RadversaryError('usage', `Run: expected one that there is, got ${JSON.stringify(run)}`)
}

function notDone(run: string, image: number): never {
  throw new RadversaryError('usage', `Run ${run}: expected an image that is done, got ${image}`)
}

async function finishedImages(folder: string): Promise<FinishedImage[]> {
  const names = await namesIn(folder, (name) => /^\d+\.json$/.test(name))
  return Promise.all(
    names.map(async (name) => {
      const result = await readJson(join(folder, name), imageResult)
      return { image: Number.parseInt(name) - 1, result }
    }),
  )
}

async function namesIn(folder: string, isOurs: (name: string) => boolean): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isOurs).sort()
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('List folder', folder, cause)
  }
}

const digest = z.strictObject({
  schema: z.literal('radversary/run-digest/1'),
  /** The software's: another one may sum up otherwise. */
  version: z.string(),
  /** Size and time of the record that it was made of. */
  bytes: z.number(),
  modifiedMs: z.number(),
  summary: z.custom<AttackSummary>((value) => typeof value === 'object' && value !== null),
  warnings: z.array(z.custom<AttackWarning>((value) => typeof value === 'object' && value !== null)),
})

type Kept = z.output<typeof digest>

/** What a list shows of a run that is done. */
type RunDigest = Pick<Kept, 'summary' | 'warnings'>

interface DigestFiles {
  /** Path of the digest, a copy that is made anew where it is gone or of another record. */
  readonly file: string
  readonly record: string
  readonly read: () => Promise<AttackRecord>
}

/**
 * Reads what a list shows of a record, without the record: that of 28 images takes 20 ms to be read and
 * checked. @throws RadversaryError io-failed for a damaged record
 */
export async function digestOf({ file, record, read }: DigestFiles): Promise<RunDigest> {
  const found = await stat(record).catch(() => undefined)
  // The record's own reader says best what is wrong with it.
  if (found === undefined) return read()
  const of = { version: softwareVersion, bytes: found.size, modifiedMs: found.mtimeMs }
  const kept = await readJsonFile(file, digest).catch(() => undefined)
  if (kept !== undefined && isOf(kept, of)) return kept
  const { summary, warnings } = await read()
  await keep(file, { schema: 'radversary/run-digest/1', ...of, summary, warnings })
  return { summary, warnings }
}

function isOf(kept: Kept, { version, bytes, modifiedMs }: Pick<Kept, 'version' | 'bytes' | 'modifiedMs'>) {
  return kept.version === version && kept.bytes === bytes && kept.modifiedMs === modifiedMs
}

/** A list is shown all the same where the disk is full, and a run that was deleted meanwhile stays away. */
async function keep(file: string, content: Kept): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(content))
  await writeFileAtomically(file, bytes, { replace: true }).catch(() => undefined)
}

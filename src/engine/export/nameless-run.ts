import { join } from 'node:path'
import { type ExportWriter, joinExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import type { ManifestEntry } from '../../adapters/fs/manifest.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { entry } from '../../core/entry.ts'
import { namingFile, RadversaryError } from '../../core/errors.ts'
import { sliceMetricsCsv } from '../../core/evaluate/slice-metrics.ts'
import { type ModelCard, parseCard } from '../../core/model/card.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import { visibleText } from '../../core/visible-text.ts'
import {
  type ExportIdentity,
  identityParts,
  keyedId,
  keyOf,
  openIdentity,
  recordedIdentityOf,
  sourceFor,
} from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { decodeFrames, distinctNotices } from '../study/load-image.ts'
import { openStudy, type StudyImage } from '../study/open-study.ts'
import { recordedImage, sliceMetrics } from './build-record.ts'
import { type DerivedFile, exportImage, exportMasks, type ExportLabels } from './export-image.ts'
import { type ExportKind, isOfMasks } from './export-kinds.ts'
import { exportLabels } from './export-labels.ts'
import { imageResult, type ImageResult } from './image-result.ts'
import { failuresFor, resultFor } from './nameless.ts'
import { exportedFiles, exportedPath } from './record-image.ts'
import { recordName } from '../attack/attack-study.ts'
import { attackRecord, type AttackRecord } from './record.ts'
import { checkPixels, readStored } from './reread.ts'
import { summaryText } from './summary-text.ts'

export interface NamelessRequest {
  /** The export that a run has left, with identities. */
  readonly from: string
  /** The folder of the new export, opened by the job that this is done for. */
  readonly folder: string
  /** The run's study. */
  readonly paths: readonly string[]
  readonly kinds: readonly ExportKind[]
  readonly identity: IdentityRequest
  /** The workspace. */
  readonly home: string
}

export interface NamelessExport {
  readonly record: AttackRecord
  readonly files: readonly ManifestEntry[]
}

/**
 * Writes a run's export anew, of its sources without identities: the pixels, predictions and masks are those
 * of the run. Tables and summary come with it; the record is left to the caller, who may add to it.
 * @throws RadversaryError dicom-unsupported for an image that can't be made safe; io-failed where a source
 * is gone
 */
export async function namelessRun(request: NamelessRequest, hooks: JobHooks = {}): Promise<NamelessExport> {
  const { from, folder, paths, home } = request
  const record = await readJson(join(from, recordName), attackRecord, toRestore)
  const identity = await openIdentity(request.identity, home)
  const { images: found } = await openStudy(paths, { signal: hooks.signal })
  const writer = joinExportFolder(folder)
  const card = parseCard(record.model.card)
  const job: Job = { ...request, identity, card, labels: labelsOf(record, identity), writer }
  const images: ImageResult[] = []
  for (const [done, image] of record.images.entries()) {
    throwIfCancelled(hooks.signal)
    const source = sourceOf(found, image)
    images.push(await namelessImage(image.result, source, job))
    hooks.onProgress?.({
      done: done + 1,
      total: record.images.length,
      phase: 'de-identifying',
      note: image.result,
    })
  }
  const whole = recordFor(record, images, job)
  await writeTables(whole, job)
  return { record: whole, files: writer.handOver() }
}

interface Job extends Omit<NamelessRequest, 'identity'> {
  readonly identity: ExportIdentity
  readonly card: ModelCard
  readonly labels: ExportLabels
  readonly writer: ExportWriter
}

/** Labels with an id of their own, by the key: the run's was made of names that could be tried. */
function labelsOf(
  { exportId, attack, model, software }: AttackRecord,
  identity: ExportIdentity,
): ExportLabels {
  const id = keyedId(keyOf(identity), JSON.stringify([exportId, identityParts(identity)]), 32)
  const { title, settings, seed } = attack
  const hashes = [model, ...(model.ensemble?.others ?? [])].map(({ sha256 }) => sha256)
  return exportLabels({
    exportId: `run-${id}`,
    title,
    settings,
    seed,
    model: { name: parseCard(model.card).name, hashes },
    version: software.version,
  })
}

function sourceOf(
  images: readonly StudyImage[],
  { file, sopInstanceUid }: Pick<ImageResult, 'file' | 'sopInstanceUid'>,
): StudyImage {
  const alike = images.filter((image) => image.sopInstanceUid === sopInstanceUid)
  const source = alike.find(({ name }) => name === file) ?? alike[0]
  if (source !== undefined) return source
  throw new RadversaryError('io-failed', 'Export: expected the image that was attacked, got none', {
    file,
    tip: 'A de-identified export is made of the source’s files: put them back where they were.',
  })
}

async function namelessImage(path: string, source: StudyImage, job: Job): Promise<ImageResult> {
  const { from, writer, identity } = job
  const number = Number.parseInt(path.split('/').at(-1) ?? '', 10)
  const result = await readJson(join(from, path), imageResult, toRestore)
  const original = await readBytes(source.header.source)
  const { file, notices } = namingFile(result.file, () => sourceFor(identity, original))
  const pixels = await pixelFiles(result, { source, original, file }, job)
  const masks = maskFiles(result, { source, file, pixels }, job)
  for (const [kind, { bytes }] of [...pixels, ...masks]) await writer.write(exportedPath(kind, number), bytes)
  await readBack(result, number, job)
  const whole = resultFor(identity, number, {
    ...result,
    exported: exportedFiles([...pixels, ...masks], number),
    notices: distinctNotices([...result.notices, ...notices]),
  })
  await writer.write(path, new TextEncoder().encode(`${JSON.stringify(whole)}\n`))
  return whole
}

type Files = readonly (readonly [ExportKind, DerivedFile])[]

interface Sources {
  readonly source: StudyImage
  readonly original: Uint8Array
  /** The same without identity. */
  readonly file: Uint8Array
}

/** Pixels are the run's, read from its files; what surrounds them is of the cleaned source. */
async function pixelFiles(
  { exported }: ImageResult,
  { source, original, file }: Sources,
  job: Job,
): Promise<Files> {
  const frames = await decodeFrames(parseInstance(original))
  const adversarial = await readStored(join(job.from, exported.series.path))
  const smoothed =
    exported.smoothed === undefined ? adversarial : await readStored(join(job.from, exported.smoothed.path))
  const results = frames.map((pixels, n) => ({
    frame: { pixels },
    adversarial: entry(adversarial, n),
    smoothed: entry(smoothed, n),
  }))
  return job.kinds.flatMap((kind) =>
    isOfMasks(kind) || exported[kind] === undefined
      ? []
      : [[kind, exportImage(kind, { image: source, file }, results, job.labels)] as const],
  )
}

function maskFiles(
  { exported, frames }: ImageResult,
  { source, file, pixels }: Pick<Sources, 'source' | 'file'> & { readonly pixels: Files },
  { card, kinds, labels }: Job,
): Files {
  const { labels: ofTask } = rulesOf(card.task)
  const adversarial = pixels.find(([kind]) => kind === 'series')?.[1].bytes
  if (ofTask.kind !== 'masks' || adversarial === undefined) return []
  const model = { name: card.name, output: ofTask.headOf(card) }
  return kinds
    .filter(isOfMasks)
    .filter((kind) => exported[kind] !== undefined)
    .map((kind) => [
      kind,
      exportMasks({ kind, image: { image: source, file }, adversarial, frames }, model, labels),
    ])
}

/** What was written has the run's pixels. @throws RadversaryError verification-failed */
async function readBack({ exported }: ImageResult, number: number, { from, folder }: Job): Promise<void> {
  const written = join(folder, exportedPath('series', number))
  checkPixels(await readStored(join(from, exported.series.path)), await readStored(written), written)
}

function recordFor(
  record: AttackRecord,
  images: readonly ImageResult[],
  { identity, labels }: Job,
): AttackRecord {
  const { pictures: _, ...rest } = record
  return {
    ...rest,
    exportId: labels.exportId,
    identity: recordedIdentityOf(identity),
    images: images.map((image, n) => recordedImage(image, entry(record.images, n).result)),
    failures: [...failuresFor(identity, record.failures)],
    notices: distinctNotices([...record.notices, ...images.flatMap(({ notices }) => notices)]),
  }
}

async function writeTables(record: AttackRecord, { writer, card }: Job): Promise<void> {
  const text = new TextEncoder()
  const rows = sliceMetrics(record.images, record.attack.method, card)
  await writer.write('metrics.csv', text.encode(sliceMetricsCsv(rows)))
  await writer.write('summary.txt', text.encode(visibleText(summaryText(record))))
}

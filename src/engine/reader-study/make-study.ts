import { join, resolve } from 'node:path'
import { type ExportFolder, openExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { randomSource, sampleSeed, shuffled, type RandomSource } from '../../core/random.ts'
import type { StoredFrame, StoredValues } from '../../core/dicom/image.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { deriveInstance } from '../../core/dicom/write/derive-instance.ts'
import { entry } from '../../core/entry.ts'
import { namingFile, type Notice, RadversaryError } from '../../core/errors.ts'
import { type ReaderArm, readerArms } from '../../core/evaluate/reader-scores.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import { fourDigits } from '../../core/number-texts.ts'
import { recordName } from '../attack/attack-study.ts'
import { noteExport } from '../departures/departure-log.ts'
import {
  type ExportIdentity,
  identityParts,
  keyedId,
  keyOf,
  openIdentity,
  recordedIdentityOf,
  sourceFor,
  uidFor,
} from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { attackRecord, type AttackRecord, type RecordedImage } from '../export/record.ts'
import { readStored } from '../export/reread.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { decodeFrames, distinctNotices } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { version } from '../version.ts'
import { sourcesOf } from '../verify/recorded-sources.ts'
import { readerKeyName, type ReaderKey } from './reader-key.ts'
import { type PageImage, readerPage } from './reader-page.ts'

export interface ReaderStudyRequest {
  /** A finished export of adversarial images. */
  readonly run: string
  /** The study that was attacked. */
  readonly source: readonly string[]
  readonly out: string
  readonly seed: number
  readonly identity: IdentityRequest
  readonly home: string
}

export interface ReaderStudyReport {
  readonly folder: string
  readonly key: ReaderKey
}

/**
 * Makes a blinded reader study of an export: each of its images once, as it was, attacked, or with noise of
 * the same size, a third of them each, in a random order; as DICOM and as one page for readers, and a key
 * for who scores them.
 * @throws RadversaryError usage for fewer than three images, and for multi-frame ones; as `sourcesOf`,
 * `openIdentity`
 */
export async function makeReaderStudy(
  request: ReaderStudyRequest,
  hooks: JobHooks,
): Promise<ReaderStudyReport> {
  const run = resolve(request.run)
  const record = await readJson(join(run, recordName), attackRecord, toRestore)
  checkImages(record, run)
  const { source, home, seed, identity: asked } = request
  const sources = await sourcesOf(record, { source, home, key: asked.key }, hooks.signal)
  const identity = await openIdentity(asked, home)
  const exportId = exportIdOf(record, seed, identity)
  const folder = await openExportFolder({ folder: request.out, exportId, sources: [...source, run] })
  const job: Job = { run, seed, identity, exportId, folder }
  const images: ReaderKey['images'] = []
  const pages: PageImage[] = []
  const notices: Notice[] = []
  for (const [n, { image, arm }] of drawn(record, seed).entries()) {
    throwIfCancelled(hooks.signal)
    const original = sources.get(image.sopInstanceUid)
    if (original === undefined) throw noSource(image, run)
    const name = fourDigits(n + 1)
    const made = await makeImage({ image, arm, original, name }, job)
    images.push(made.keyed)
    pages.push(made.page)
    notices.push(...made.notices)
    hooks.onProgress?.({ done: n + 1, total: record.images.length, phase: 'writing images', note: '' })
  }
  for (const { message, tip } of distinctNotices(notices)) hooks.onNotice?.(`${message} ${tip}`)
  const study = exportId.slice(-8)
  const key: ReaderKey = {
    schema: 'radversary/reader-study/1',
    study,
    exportId: record.exportId,
    seed,
    identity: recordedIdentityOf(identity),
    images,
  }
  const text = new TextEncoder()
  await folder.write('readers/study.html', text.encode(readerPage(study, pages)))
  await folder.write(readerKeyName, text.encode(`${JSON.stringify(key, null, 2)}\n`))
  await folder.finish()
  await noteExport(home, folder.folder, { what: 'reader study', identity: key.identity }, hooks)
  return { folder: folder.folder, key }
}

interface Job {
  readonly run: string
  readonly seed: number
  readonly identity: ExportIdentity
  readonly exportId: string
  readonly folder: ExportFolder
}

function checkImages({ images }: AttackRecord, file: string): void {
  const fault = (expected: string, got: string) =>
    new RadversaryError('usage', `Reader study: expected ${expected}, got ${got}`, { file })
  if (images.length < readerArms.length)
    throw fault('an export of three images or more', String(images.length))
  if (images.some(({ frames }) => frames.length > 1))
    throw fault('images of one frame each', 'multi-frame images')
}

function exportIdOf({ exportId }: AttackRecord, seed: number, identity: ExportIdentity): string {
  const parts = JSON.stringify([version, exportId, seed, identityParts(identity)])
  return `readers-${keyedId(keyOf(identity), parts, 32)}`
}

/** Images in a random order, arms in equal parts. */
function drawn({ images, exportId }: AttackRecord, seed: number) {
  const random = randomSource(sampleSeed(seed, `reader study ${exportId}`), 0)
  const arms = shuffled(
    images.map((_, n) => entry(readerArms, n % readerArms.length)),
    random,
  )
  return shuffled(images, random).map((image, n) => ({ image, arm: entry(arms, n) }))
}

interface DrawnImage {
  readonly image: RecordedImage
  readonly arm: ReaderArm
  readonly original: StudyImage
  readonly name: string
}

async function makeImage({ image, arm, original, name }: DrawnImage, job: Job) {
  const file = await readBytes(original.header.source)
  const [pixels] = await decodeFrames(parseInstance(file))
  const [attacked] = await readStored(join(job.run, image.exported.series.path))
  if (pixels === undefined || attacked === undefined) throw noSource(image, job.run)
  const values = valuesOf(arm, { pixels, attacked, seed: sampleSeed(job.seed, image.sopInstanceUid) })
  const shown: StoredFrame = { ...pixels.frame, values }
  const { file: source, notices } = namingFile(original.name, () => sourceFor(job.identity, file))
  const { bytes } = deriveInstance(source, [shown], {
    role: 'blinded',
    exportId: job.exportId,
    seriesNumber: 1,
    seriesDescription: 'Reader study',
    derivationDescription: `Image of a blinded reader study; Radversary ${version}`,
    softwareVersion: version,
  })
  await job.folder.write(`readers/images/${name}.dcm`, bytes)
  const { path } = image.exported.series
  const sopInstanceUid = uidFor(job.identity, original.sopInstanceUid)
  const linf = largestDifference(pixels.frame.values, values)
  return {
    keyed: { name: `${name}.dcm`, arm, exported: path, sopInstanceUid, linf },
    page: { name: `${name}.dcm`, frame: shown, meaning: pixels.meaning },
    notices,
  }
}

function valuesOf(
  arm: ReaderArm,
  {
    pixels,
    attacked,
    seed,
  }: { readonly pixels: ImagePixels; readonly attacked: StoredValues; readonly seed: number },
): StoredValues {
  if (arm === 'clean') return pixels.frame.values
  return arm === 'adversarial' ? attacked : noiseLike(pixels.frame, attacked, randomSource(seed, 0))
}

function noSource({ exported }: RecordedImage, file: string): RadversaryError {
  return new RadversaryError(
    'usage',
    `Reader study: expected the source of ${exported.series.path}, got none`,
    {
      file,
      tip: 'Give the study that was attacked with --study, and the key of the export with --key.',
    },
  )
}

/**
 * Noise of an attack's size: each pixel that the attack has changed moves by a uniform whole number of stored
 * values, at most as far as the attack's farthest; what it left, padding too, stays.
 * @param frame the source @param attacked its adversarial values
 */
export function noiseLike(frame: StoredFrame, attacked: StoredValues, random: RandomSource): StoredValues {
  const { values, bitsStored, signed } = frame
  const [lowest, highest] = signed
    ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1]
    : [0, 2 ** bitsStored - 1]
  const size = largestDifference(values, attacked)
  return values.map((value, i) => {
    if (attacked[i] === value) return value
    const moved = value + Math.floor(((random.symmetric() + 1) / 2) * (2 * size + 1)) - size
    return Math.min(Math.max(moved, lowest), highest)
  })
}

/** How far apart two images are at most, in stored values; NaN where they have not as many. */
export function largestDifference(first: StoredValues, second: StoredValues): number {
  if (first.length !== second.length) return NaN
  let most = 0
  for (const [i, value] of first.entries()) most = Math.max(most, Math.abs(value - entry(second, i)))
  return most
}

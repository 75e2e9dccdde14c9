import { dirname, join, resolve } from 'node:path'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { verifyManifest } from '../../adapters/fs/manifest.ts'
import { readInstance } from '../../adapters/fs/read-file.ts'
import { readSegmentation } from '../../core/dicom/segmentation.ts'
import { entry } from '../../core/entry.ts'
import { type Notice, RadversaryError } from '../../core/errors.ts'
import { fromRuns, type Mask, planeOf } from '../../core/image/mask.ts'
import { type ModelCard, namesOf, parseCard } from '../../core/model/card.ts'
import { headerMismatches } from '../../core/model/suitability.ts'
import { recordedPrediction } from '../../core/tasks/answers.ts'
import type { FrameParts } from '../../core/tasks/report-fields.ts'
import { imagePredictions, rulesOf } from '../../core/tasks/tasks.ts'
import { verificationError } from '../../core/tasks/verification.ts'
import { recordName } from '../attack/attack-study.ts'
import { chooseDevice, type DeviceRequest } from '../device.ts'
import { type FrameReport, imageResult, type ImageResult } from '../export/image-result.ts'
import { attackRecord, type AttackRecord, type RecordedFrame, type RecordedImage } from '../export/record.ts'
import { checkPicture, volumeReader } from '../export/reread-picture.ts'
import { checkPrediction } from '../export/reread.ts'
import { classOfLabel } from '../labels/segment-label.ts'
import { ensembleOnPixels } from '../models/ensemble.ts'
import { findByHash } from '../models/model-store.ts'
import { connectModel } from '../models/open-model.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { type ModelFile, readModelFile } from '../models/read-model.ts'
import { sampleRangeOf, sampleShapeOf } from '../models/sample-shape.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { openBeside, type BesideSource } from '../study/beside.ts'
import { distinctNotices } from '../study/load-image.ts'
import { verifySources } from './verify-sources.ts'
import type { Discrepancy } from './discrepancy.ts'
import { RecordedStack } from './recorded-stack.ts'

/**
 * That exported segmentations are the recorded masks, segment by segment.
 * @throws RadversaryError verification-failed; io-failed, dicom-unreadable, dicom-unsupported where they
 * can't be read.
 */
async function checkMaskFiles(
  { folder, exported }: { readonly folder: string; readonly exported: ImageResult['exported'] },
  frames: readonly FrameParts[],
  classes: readonly string[],
): Promise<void> {
  for (const [kind, when] of [
    ['masksBefore', 'before'],
    ['masksAfter', 'after'],
  ] as const) {
    const path = exported[kind]?.path
    if (path === undefined) continue
    const masks = frames.flatMap((frame) => (frame.masks === undefined ? [] : [fromRuns(frame.masks[when])]))
    await checkMaskFile(join(folder, path), masks, classes)
  }
}

async function checkMaskFile(
  path: string,
  masks: readonly Mask[],
  classes: readonly string[],
): Promise<void> {
  const { frames, labels } = readSegmentation(await readInstance({ path }))
  // Every segment has a frame on every frame of the image, also where it shows nothing.
  const count = labels.length * masks.length
  if (frames.length !== count)
    throw verificationError(`${count} frames of segments`, String(frames.length), path)
  for (const { label, frameNumber = 1, read } of frames) {
    const mask = masks[frameNumber - 1]
    const expected = mask && planeOf(mask, classOfLabel(label, classes))
    const got = await read()
    if (expected?.length !== got.length || expected.some((value, i) => value !== got[i]))
      throw verificationError('the masks that were recorded', `others for ${label}`, path)
  }
}

export interface VerifyRequest extends DeviceRequest {
  readonly folder: string
  /** The model's file, of an ensemble all; by default added models with the recorded hashes. */
  readonly model?: string | readonly string[] | undefined
  /** The card's file, where the tables and arrays that it names do not lie beside the model. */
  readonly card?: string | undefined
  /** The study that was attacked; undefined where it is not compared. */
  readonly source?: readonly string[] | undefined
  /** The key of a de-identified export; undefined for the workspace's. */
  readonly key?: string | undefined
  readonly home: string
}

export interface VerifyReport {
  readonly folder: string
  readonly exportId: string
  /** Files whose SHA-256 was compared with the manifest's. */
  readonly files: number
  /** Images that were decoded again. */
  readonly images: number
  /** Whether the model predicted them again; not where it wasn't found. */
  readonly predictions: boolean
  /** Images that were compared with their sources; 0 where no study was given. */
  readonly sources: number
  readonly discrepancies: readonly Discrepancy[]
}

/**
 * Reads a finished export again: every file against the manifest's hashes, every image decoded and, where the
 * model is at hand, predicted and compared with the record. @throws RadversaryError verification-failed for
 * an export that is partial or has no sound record; io-failed; usage for a model other than the recorded one.
 */
export async function verifyExport(request: VerifyRequest, hooks: JobHooks = {}): Promise<VerifyReport> {
  const folder = resolve(request.folder)
  const { manifest, missing, changed, unlisted } = await verifyManifest(folder)
  const discrepancies: Discrepancy[] = [
    ...missing.map((file) => ({ file, message: 'is in the manifest, but not there' })),
    ...changed.map((file) => ({ file, message: 'is not what was written: its SHA-256 differs' })),
    ...unlisted.map((file) => ({ file, message: 'is not in the manifest' })),
  ]
  const record = await readRecord(folder)
  const classes = namesOf(parseCard(record.model.card))
  const found = await findModels(request, record)
  const model = found && (await openedFor(found, record, request, hooks))
  const stack = new RecordedStack(folder, record.images, model?.model, model?.beside)
  const notices: Notice[] = []
  const onMismatch = (notice: Notice) => notices.push(notice)
  try {
    for (const [index, image] of record.images.entries()) {
      throwIfCancelled(hooks.signal)
      if (!missing.includes(image.exported.series.path))
        discrepancies.push(
          ...(await verifyImage({ image, index }, { folder, classes, stack, model, onMismatch })),
        )
      hooks.onProgress?.({
        done: index + 1,
        total: record.images.length,
        phase: 'reading again',
        note: image.exported.series.path,
      })
    }
  } finally {
    await model?.model.dispose()
  }
  for (const { message } of distinctNotices(notices))
    hooks.onNotice?.(`${message} The card was applied all the same: predictions may mean nothing.`)
  discrepancies.push(...(await verifyPictures(folder, record, missing)))
  const { source, key, home } = request
  if (source !== undefined)
    discrepancies.push(...(await verifySources({ folder, source, key, home }, record, hooks)))
  const { exportId, files } = manifest
  const counts = {
    files: files.length,
    images: record.images.length,
    predictions: model !== undefined,
    sources: source === undefined ? 0 : record.images.length,
  }
  return { folder, exportId, ...counts, discrepancies }
}

/** Files beside the DICOM series against it: their hashes, and every value. */
async function verifyPictures(
  folder: string,
  { pictures = [] }: AttackRecord,
  missing: readonly string[],
): Promise<Discrepancy[]> {
  const found: Discrepancy[] = []
  const read = volumeReader(folder)
  for (const picture of pictures) {
    if ([picture.path, ...picture.slices.map(({ path }) => path)].some((path) => missing.includes(path)))
      continue
    try {
      await checkPicture(folder, picture, await read(picture.slices))
    } catch (error) {
      if (!(error instanceof RadversaryError)) throw error
      found.push({ file: picture.path, message: error.message })
    }
  }
  return found
}

function readRecord(folder: string): Promise<AttackRecord> {
  return readJson(join(folder, recordName), attackRecord, toRestore)
}

type RecordedMember = Pick<AttackRecord['model'], 'sha256' | 'card'>

function membersOf({ model }: AttackRecord): readonly RecordedMember[] {
  return [model, ...(model.ensemble?.others ?? [])]
}

/** The files of all members, in the record's order; undefined where any is not at hand. */
async function findModels(
  { model, home }: VerifyRequest,
  record: AttackRecord,
): Promise<readonly ModelFile[] | undefined> {
  const members = membersOf(record)
  const given = typeof model === 'string' ? [model] : model
  if (given !== undefined && given.length !== members.length)
    throw new RadversaryError('usage', `Model: expected ${members.length} files, got ${given.length}`, {
      tip: 'Name all models of the ensemble, in the order of the record.',
    })
  const files: ModelFile[] = []
  for (const [at, member] of members.entries()) {
    const file =
      given === undefined ? await findByHash(home, member.sha256) : await readMember(given[at], member)
    if (file === undefined) return undefined
    files.push(file)
  }
  return files
}

async function readMember(
  model: string | undefined,
  { sha256, card }: RecordedMember,
): Promise<ModelFile | undefined> {
  if (model === undefined) return undefined
  const file = await readModelFile(model, {
    inputShape: sampleShapeOf(card),
    inputRange: sampleRangeOf(card),
  })
  if (file.sha256 === sha256) return file
  throw new RadversaryError(
    'usage',
    `Model: expected the recorded one (sha256 ${sha256}), got ${file.sha256}`,
    { file: model },
  )
}

interface RecordedModel {
  readonly model: PixelModel
  readonly card: ModelCard
  /** Values of its inputs beside the image: of the export's own files, or beside the card. */
  readonly beside: BesideSource | undefined
}

/**
 * The model, unless it takes more than pixels: what that is of an image, a de-identified export doesn't say.
 */
async function openedFor(
  files: readonly ModelFile[],
  record: AttackRecord,
  request: VerifyRequest,
  { onNotice }: JobHooks,
): Promise<RecordedModel | undefined> {
  const model = await openRecorded(files, record, request)
  const { choice = 'keep' } = record.identity ?? {}
  if (model.beside === undefined || choice === 'keep') return model
  onNotice?.(
    'Predictions are not checked: the model takes values of the source beside each image, which a de-identified export does not name.',
  )
  await model.model.dispose()
  return undefined
}

async function openRecorded(
  files: readonly ModelFile[],
  record: AttackRecord,
  request: VerifyRequest,
): Promise<RecordedModel> {
  const card = parseCard(record.model.card)
  const file = entry(files, 0)
  const { runtime } = await chooseDevice(request)
  const names = record.images.map((image) => image.file)
  const beside = await openBeside(card, {
    folder: dirname(request.card ?? file.path),
    names,
    inputs: file.facts.inputs,
  })
  const members: PixelModel[] = []
  for (const [at, member] of membersOf(record).entries()) {
    const own = parseCard(member.card)
    members.push(pixelModel(await connectModel({ ...entry(files, at), card: own }, runtime), own))
  }
  const combination = record.model.ensemble?.combination
  const model =
    combination === undefined ? entry(members, 0) : ensembleOnPixels(members, { runtime, combination, card })
  return { model, card, beside }
}

interface ExportedImages {
  readonly folder: string
  readonly classes: readonly string[]
  readonly stack: RecordedStack
  readonly model: RecordedModel | undefined
  /** Hears why the card does not suit an image. */
  readonly onMismatch: (notice: Notice) => void
}

interface IndexedImage {
  readonly image: RecordedImage
  /** Counts from 0. */
  readonly index: number
}

async function verifyImage(found: IndexedImage, images: ExportedImages): Promise<Discrepancy[]> {
  const { folder, classes } = images
  const { exported } = found.image
  try {
    const frames = await recordedFrames(folder, found.image)
    await predictAgain(found, frames, images)
    await checkMaskFiles({ folder, exported }, frames, classes)
    return []
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    return [{ file: exported.series.path, message: error.message }]
  }
}

/** Masks are in the image's own file. @throws RadversaryError verification-failed, io-failed */
async function recordedFrames(
  folder: string,
  { frames, result }: RecordedImage,
): Promise<RecordedImage['frames'] | FrameReport[]> {
  if (frames.every(({ segments }) => segments === undefined)) return frames
  return (await readJson(join(folder, result), imageResult, toRestore)).frames
}

/** The recorded intensity range and the file's own pixels are all that the model needs. */
async function predictAgain(
  { image, index }: IndexedImage,
  frames: readonly (RecordedFrame & Pick<FrameReport, 'masks'>)[],
  { folder, stack, model, onMismatch }: ExportedImages,
): Promise<void> {
  const { modality, pixels } = await stack.read(index)
  if (model === undefined) return
  const { card } = model
  const path = join(folder, image.exported.series.path)
  headerMismatches(card, { modality, frames: pixels }).forEach(onMismatch)
  for (const [n, { frame }] of pixels.entries()) {
    const expected = frames[n]
    if (expected === undefined) continue
    const [prediction] = imagePredictions(card, [frame.rows, frame.columns], await stack.logits(index, n))
    if (prediction === undefined) continue
    checkPrediction(expected.reread, recordedPrediction(prediction), path)
    rulesOf(card.task).check(card, expected, prediction, path)
  }
}

import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { entry } from '../../core/entry.ts'
import { internalError, type Notice } from '../../core/errors.ts'
import { sliceMetricsCsv } from '../../core/evaluate/slice-metrics.ts'
import { visibleText } from '../../core/visible-text.ts'
import { recordedIdentityOf } from '../deidentify/export-identity.ts'
import { noteExport } from '../departures/departure-log.ts'
import { buildRecord, recordedImage, sliceMetrics } from '../export/build-record.ts'
import { dicomFilesOf, writeMedia } from '../export/media.ts'
import { learnedOfRun } from '../export/learned.ts'
import { resultPath } from '../export/record-image.ts'
import { attackRecord, type AttackRecord, type RecordedImage, recordText } from '../export/record.ts'
import { summaryText } from '../export/summary-text.ts'
import type { Progress } from '../progress.ts'
import type { OpenedModel } from '../models/open-model.ts'
import { closeAll, inLanes, openLanes } from '../session/lanes.ts'
import { learnFromGroups, type LearnedOfGroups, type LearnedStore } from '../session/preparation.ts'
import { sessionAttack } from '../session/session.ts'
import { nothingLeft, type InputFailure } from '../study/failures.ts'
import { createImageLoader, distinctNotices } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { type AttackHooks, attackProgress } from './attack-hooks.ts'
import { loadFrom, numbersOf, openAttackLane, type AttackLane, type StackOutcome } from './attack-lane.ts'
import { attackLaneOnThread } from './lane-tasks.ts'
import { plainRun, prepareAttack, type AttackRequest, type AttackRun } from './attack-run.ts'
import { defenceNotices } from './defence.ts'
import { judgedOn } from './judges.ts'
import { roundingNotices } from './rounding.ts'

export const recordName = 'record.json'

export interface AttackReport {
  readonly folder: string
  readonly record: AttackRecord
  /** What could not be read or attacked: those of the study's scan included. */
  readonly failures: readonly InputFailure[]
  /** Images whose results an earlier attempt had left. */
  readonly resumed: number
}

/**
 * Attacks every image of a study and leaves a verified export: adversarial series, what else was asked for, a
 * result for each image, metrics and record. Stopped at any moment, the same request goes on where it was and
 * comes to the same bytes.
 * @throws RadversaryError for whatever stops the whole run (usage, card-invalid, model-unreadable, io-failed,
 * cancelled …).
 * @param opened the request's model, where it is opened once for many studies
 */
export async function attackStudy(
  request: AttackRequest,
  hooks: AttackHooks = {},
  opened?: OpenedModel,
): Promise<AttackReport> {
  const run = await prepareAttack(request, hooks, opened)
  const { exportId } = run
  const folder = await openExportFolder({ folder: request.out, exportId, sources: request.study })
  if (folder.complete) return finishedReport(folder)
  const report = await work(run, folder, hooks)
  if (request.identity !== undefined) {
    const identity = recordedIdentityOf(run.identity)
    await noteExport(request.home, folder.folder, { what: 'attack', identity }, hooks)
  }
  return report
}

/** What an earlier run with the same inputs has left, whole. */
async function finishedReport({ folder }: ExportFolder): Promise<AttackReport> {
  const record = await readJson(join(folder, recordName), attackRecord, toRestore)
  const failures = record.failures.map(({ tip, ...rest }) => ({ ...rest, tip: tip ?? undefined }))
  return { folder, record, failures, resumed: record.images.length }
}

async function work(run: AttackRun, folder: ExportFolder, hooks: AttackHooks): Promise<AttackReport> {
  const kept = learnedOfRun(folder, numbersOf(run))
  const learned = await learn(run, kept, hooks)
  const rounding = await roundingNotices(run)
  const tools = { folder, learned }
  const lanes = await openLanes({
    runtime: run.runtime,
    items: run.stacks.length,
    here: () => openAttackLane(run, tools),
    onThread: (device) => attackLaneOnThread(plainRun(run, device), tools),
  })
  try {
    const { images, failures, notices, resumed } = await collected(attacked(run, lanes, hooks), run, hooks)
    const pictures = await picturesOf(run, images, { folder, hooks })
    notices.push(...rounding, ...(pictures?.notices ?? []))
    for (const { message, tip } of notices) hooks.onNotice?.(`${message} ${tip}`)
    const judges = await judgedOn(run, images, { folder: folder.folder, hooks })
    const record = buildRecord(run, images, {
      judges,
      failures,
      notices,
      learned: [...learned.values()],
      kept,
      pictures: pictures?.pictures,
    })
    const { media } = run.request
    if (media !== undefined)
      await writeMedia(folder, { files: dicomFilesOf(record), exportId: run.exportId, media }, hooks)
    await finish(folder, record, run)
    return { folder: folder.folder, record, failures, resumed }
  } finally {
    await closeAll(lanes)
  }
}

/** The formats' libraries are loaded where they are asked for. */
async function picturesOf(
  { request: { pictures } }: AttackRun,
  images: readonly RecordedImage[],
  { folder, hooks }: { readonly folder: ExportFolder; readonly hooks: AttackHooks },
) {
  if (pictures === undefined) return undefined
  const { exportPictures } = await import('../export/export-pictures.ts')
  const paths = images.map(({ exported }) => exported.series.path)
  return exportPictures(folder, { images: paths, formats: pictures }, hooks)
}

/** What a method learns of clean images before any is attacked; nothing for most methods. */
function learn(run: AttackRun, store: LearnedStore, hooks: AttackHooks): Promise<LearnedOfGroups> {
  const { method, opened, runtime, stacks, request } = run
  const { batch } = request
  return learnFromGroups({
    groups: stacks.map(({ images }) => images),
    method,
    models: { opened, runtime, windows: batch, inner: method.inner },
    load: loadFrom(run, createImageLoader(run.study, opened.card, run)),
    batch,
    attack: sessionAttack(run, hooks.signal),
    store,
    onProgress: hooks.onProgress,
  })
}

/** Lanes take one stack after the other; outcomes come in the stacks' order. */
function attacked(
  run: AttackRun,
  lanes: readonly AttackLane[],
  { signal, onProgress, onEvent }: AttackHooks,
): AsyncGenerator<StackOutcome> {
  const { stacks } = run
  const progress = attackProgress(run.images.length, onProgress)
  const numberOf = numbersOf(run)
  return inLanes({ items: [...stacks.keys()], lanes, signal }, async (index, lane, either) => {
    const { images } = entry(stacks, index)
    const first = firstNumber(images, numberOf)
    const report = ({ done, note }: Progress) => {
      progress.report(first, done, `${slicesText(images.length, first)}, ${note}`)
    }
    const outcome = await lane.attack(index, { signal: either, onProgress: report, onEvent })
    progress.count(first, images.length)
    return outcome
  })
}

/** Results of all stacks, in the order in which they come. @throws RadversaryError where nothing is left. */
async function collected(outcomes: AsyncIterable<StackOutcome>, run: AttackRun, { onEvent }: AttackHooks) {
  const images: RecordedImage[] = []
  const failures: InputFailure[] = [...run.study.failures]
  const notices = [...departureNotices(run), ...gradientNotices(run), ...defenceNotices(run.defence)]
  let resumed = 0
  for await (const outcome of outcomes) {
    for (const { number, result } of outcome.results) {
      images.push(recordedImage(result, resultPath(number)))
      notices.push(...result.notices)
      onEvent?.({ type: 'image', image: number - 1, result })
    }
    failures.push(...outcome.failures)
    resumed += outcome.resumed
  }
  if (images.length === 0) throw nothingLeft(failures)
  return { images, failures, notices: distinctNotices(notices), resumed }
}

/** Where the model departs from its references, and was run all the same. */
function departureNotices({ references }: AttackRun): Notice[] {
  const tip = 'It was run all the same, as was asked for: what is reported may be of another model.'
  return references?.departures.map(({ message }) => ({ message, tip })) ?? []
}

/** What a record says of how its gradients were made. */
function gradientNotices({ method, opened }: AttackRun): Notice[] {
  if (method.entry.access !== 'white-box' || opened.card.rounding === undefined) return []
  return [
    {
      message:
        'Gradients went straight through the rounding to 8 bits that the card asks for, as if it were not there; predictions did not.',
      tip: 'Methods that ask for no gradient see the rounding.',
    },
  ]
}

function firstNumber([first]: readonly StudyImage[], numberOf: (image: StudyImage) => number): number {
  if (first === undefined) throw internalError('a stack has no images')
  return numberOf(first)
}

function slicesText(count: number, first: number): string {
  return count === 1 ? `image ${first}` : `images ${first} to ${first + count - 1}`
}

/** Record, table and summary; then the manifest makes the export whole. */
async function finish(
  folder: ExportFolder,
  record: AttackRecord,
  { method, opened }: AttackRun,
): Promise<void> {
  const text = new TextEncoder()
  const rows = sliceMetrics(record.images, method.name, opened.card)
  await folder.write('metrics.csv', text.encode(sliceMetricsCsv(rows)))
  await folder.write('summary.txt', text.encode(visibleText(summaryText(record))))
  await folder.write(recordName, text.encode(recordText(record)))
  await folder.finish()
}

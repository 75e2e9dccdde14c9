import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { sliceMetricsCsv } from '../../core/evaluate/slice-metrics.ts'
import { internalError, RadversaryError, type Notice } from '../../core/errors.ts'
import { visibleText } from '../../core/visible-text.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { nothingLeft, type InputFailure } from '../study/failures.ts'
import type { StudyImage } from '../study/open-study.ts'
import { createImageLoader, distinctNotices, type ImageLoader } from '../study/load-image.ts'
import { version } from '../version.ts'
import { type AttackHooks, attackProgress, type AttackProgress } from './attack-hooks.ts'
import { learnedOfRun } from '../export/learned.ts'
import { connectPixelModels, inLanes } from '../session/lanes.ts'
import { prepareMethods } from '../session/preparation.ts'
import { prepareAttack, type AttackRequest, type AttackRun } from './attack-run.ts'
import { exportBlock, type BlockSink, type NumberedResult } from '../export/export-block.ts'
import { exportPictures } from '../export/export-pictures.ts'
import { imageResult } from '../export/image-result.ts'
import { loadTasks, type LoadTasks } from '../session/load-tasks.ts'
import { attackStack, sessionAttack, type BatchIteration, type Session } from '../session/session.ts'
import type { Stack } from '../session/stacks.ts'
import { buildRecord, recordedImage, sliceMetrics } from '../export/build-record.ts'
import { exportedPath, resultPath } from '../export/record-image.ts'
import { attackRecord, type AttackRecord, type RecordedImage } from '../export/record.ts'
import { roundingNotices } from './rounding.ts'
import { settingText } from './method-settings.ts'
import { summaryText } from '../export/summary-text.ts'

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
 */
export async function attackStudy(request: AttackRequest, hooks: AttackHooks = {}): Promise<AttackReport> {
  const run = await prepareAttack(request, hooks)
  const { opened, runtime, stacks, method } = run
  const lanes = await connectPixelModels({
    opened,
    runtime,
    groups: stacks.length,
    windows: request.batch,
    inner: method.inner,
  })
  try {
    const folder = await openExportFolder({
      folder: request.out,
      exportId: run.exportId,
      sources: request.study,
    })
    return folder.complete ? await finishedReport(folder) : await work(run, lanes, folder, hooks)
  } finally {
    await Promise.all(lanes.map((model) => model.dispose()))
  }
}

/** What an earlier run with the same inputs has left, whole. */
async function finishedReport({ folder }: ExportFolder): Promise<AttackReport> {
  const record = await readJson(join(folder, recordName), attackRecord, toRestore)
  const failures = record.failures.map(({ tip, ...rest }) => ({ ...rest, tip: tip ?? undefined }))
  return { folder, record, failures, resumed: record.images.length }
}

async function work(
  run: AttackRun,
  lanes: readonly PixelModel[],
  folder: ExportFolder,
  hooks: AttackHooks,
): Promise<AttackReport> {
  const loader = createImageLoader(run.study, run.opened.card, run)
  const progress = attackProgress(run.images.length, hooks.onProgress)
  const numberOf = numbersOf(run)
  const kept = learnedOfRun(folder, numberOf)
  const load = loadFrom(run, loader)
  const attack = sessionAttack(run, hooks.signal)
  const { method } = run
  const { batch } = run.request
  const prepared = await prepareMethods({
    groups: run.stacks.map((stack) => stack.images),
    method,
    lanes,
    batch,
    attack,
    store: kept,
    onProgress: hooks.onProgress,
    tasksOf: async (image, model) => (await load(image, model)).tasks,
  })
  const labels = exportLabels(run)
  const [lane] = lanes
  const rounding = lane === undefined ? [] : await roundingNotices(run, { loader, model: lane })
  const outcomes = inLanes(
    { items: run.stacks, lanes, signal: hooks.signal },
    async (stack, model, signal) => {
      const sink = { run, folder, labels, model, numberOf, stack: stack.images }
      const onIteration = iterationsOf(stack, { numberOf, progress, hooks })
      const session = { model, method, prepared, batch, load, onIteration, attack: { ...attack, signal } }
      const outcome = await finishedOrAttacked(stack, session, sink)
      progress.count(firstOf(stack, numberOf), stack.images.length)
      return outcome
    },
  )
  const { images, failures, notices, resumed } = await collected(outcomes, run, hooks)
  const pictures = run.request.pictures && (await exportPictures(folder, images.map(({ exported }) => exported.series.path), run.request.pictures)) // prettier-ignore
  notices.push(...rounding, ...(pictures?.notices ?? []))
  for (const { message, tip } of notices) hooks.onNotice?.(`${message} ${tip}`)
  const record = buildRecord(run, images, {
    failures,
    notices,
    learned: prepared.learned,
    kept,
    pictures: pictures?.pictures,
  })
  await finish(folder, record, run)
  return { folder: folder.folder, record, failures, resumed }
}

/** Results of all stacks, in the order in which they come. @throws RadversaryError where nothing is left. */
async function collected(outcomes: AsyncIterable<StackOutcome>, run: AttackRun, { onEvent }: AttackHooks) {
  const images: RecordedImage[] = []
  const failures: InputFailure[] = [...run.study.failures]
  const notices = [...departureNotices(run), ...gradientNotices(run)]
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

/** 1 for the first of those that are attacked. */
function numbersOf({ stacks }: AttackRun): BlockSink['numberOf'] {
  const numbers = new Map(stacks.flatMap(({ images }) => images).map((image, index) => [image, index + 1]))
  return (image) => {
    const number = numbers.get(image)
    if (number === undefined) throw internalError('an image has no number')
    return number
  }
}

/** What can't be exported is not attacked. */
function loadFrom(run: AttackRun, loader: ImageLoader): LoadTasks {
  const source = { given: run, loader, region: run.region }
  return (image, model) => {
    const { exportFault } = image.header
    if (exportFault === undefined) return loadTasks(image, model, source)
    const { code, message, tip } = exportFault
    throw new RadversaryError(code, message, { tip, file: image.name })
  }
}

interface StackOutcome {
  readonly results: readonly NumberedResult[]
  readonly failures: readonly InputFailure[]
  /** Results that an earlier attempt had left. */
  readonly resumed: number
}

async function finishedOrAttacked(stack: Stack, session: Session, sink: BlockSink): Promise<StackOutcome> {
  const finished = await finishedResults(stack.images, sink)
  if (finished !== undefined) return { results: finished, failures: [], resumed: finished.length }
  const results: NumberedResult[] = []
  const failures: InputFailure[] = []
  for await (const block of attackStack(stack, session)) {
    const exported = await exportBlock(block, sink)
    results.push(...exported.results)
    failures.push(...exported.failures)
  }
  return { results, failures, resumed: 0 }
}

/**
 * The results of a stack that an earlier attempt has finished; undefined when any is missing, and the stack
 * must be done again.
 */
async function finishedResults(
  images: readonly StudyImage[],
  { folder, run, numberOf }: BlockSink,
): Promise<NumberedResult[] | undefined> {
  const results: NumberedResult[] = []
  for (const number of images.map(numberOf)) {
    const kept = await folder.keep(resultPath(number))
    if (kept === undefined) return undefined
    const result = await readJson(join(folder.folder, kept.path), imageResult, madeAnew)
    for (const kind of run.exports)
      if ((await folder.keep(exportedPath(kind, number))) === undefined) return undefined
    results.push({ number, result })
  }
  return results
}

interface Listeners {
  readonly numberOf: BlockSink['numberOf']
  readonly progress: AttackProgress
  readonly hooks: AttackHooks
}

/** How an iteration of a stack's batch is reported. */
function iterationsOf(
  stack: Stack,
  { numberOf, progress, hooks: { onEvent } }: Listeners,
): Session['onIteration'] {
  return ({ event, frames, done, all }: BatchIteration) => {
    const { iteration, steps, restart, restarts, samples } = event
    const [made, of] = [restart * steps + iteration, restarts * steps]
    const images = (stack.images.length * (done + (frames.length * made) / of)) / all
    const first = firstOf(stack, numberOf)
    progress.report(first, images, `${slicesText(stack, first)}, iteration ${made} of ${of}`)
    onEvent?.({
      type: 'iteration',
      iteration,
      steps,
      restart,
      restarts,
      samples: samples.flatMap(({ sample, ...event }) => {
        const frame = frames[sample]
        return frame === undefined ? [] : [{ image: numberOf(frame.image) - 1, frame: frame.index, ...event }]
      }),
    })
  }
}

function firstOf({ images: [first] }: Stack, numberOf: BlockSink['numberOf']): number {
  if (first === undefined) throw internalError('a stack has no images')
  return numberOf(first)
}

function slicesText({ images: { length } }: Stack, first: number): string {
  return length === 1 ? `image ${first}` : `images ${first} to ${first + length - 1}`
}

function exportLabels({ method, opened, request, exportId }: AttackRun) {
  const settings = Object.entries(method.settings).map(([name, value]) => `${name}=${settingText(value)}`)
  const model = `${opened.card.name} sha256:${opened.sha256}`
  const software = `Radversary ${version}`
  const description = `${method.entry.title} (${settings.join(', ')}); model ${model}; seed ${request.seed}; ${software}`
  return {
    exportId,
    method: method.entry.title,
    description,
    softwareVersion: version,
    model: `Model ${model}; ${software}`,
  }
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
  await folder.write(recordName, text.encode(`${JSON.stringify(record, null, 2)}\n`))
  await folder.finish()
}

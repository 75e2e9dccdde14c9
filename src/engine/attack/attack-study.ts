import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { sliceMetricsCsv } from '../../core/evaluate/slice-metrics.ts'
import type { Notice } from '../../core/errors.ts'
import { visibleText } from '../../core/visible-text.ts'
import { reachOf } from '../../core/model/slices.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { nothingLeft, type InputFailure } from '../study/failures.ts'
import { createImageLoader, distinctNotices } from '../study/load-image.ts'
import { version } from '../version.ts'
import { type AttackHooks, attackProgress, type AttackProgress } from './attack-hooks.ts'
import {
  attackGroup,
  finishedResults,
  loadTasks,
  ofAllFrames,
  type BatchIteration,
  type GroupContext,
} from '../session/attack-group.ts'
import { learnedOfRun } from '../export/learned.ts'
import { connectPixelModels, inLanes } from '../session/lanes.ts'
import { prepareMethods } from '../session/preparation.ts'
import { attackStack } from '../session/attack-stack.ts'
import { prepareAttack, type AttackRequest, type AttackRun, type NumberedImage } from './attack-run.ts'
import { buildRecord, recordedImage, sliceMetrics } from '../export/build-record.ts'
import { resultPath } from '../export/record-image.ts'
import { attackRecord, type AttackRecord, type RecordedImage } from '../export/record.ts'
import { settingText } from './setting-text.ts'
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
  const { opened, runtime, groups, method } = run
  const lanes = await connectPixelModels({
    ...{ opened, runtime, groups: groups.length, windows: request.batch, inner: method.inner },
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
  const images: RecordedImage[] = []
  const failures: InputFailure[] = [...run.study.failures]
  const told: Notice[] = []
  let resumed = 0
  const kept = learnedOfRun(folder, run.groups.flat())
  const prepared = await prepareMethods({
    groups: run.groups.map((group) => group.map(({ image }) => image)),
    ...{ method: run.method, lanes, batch: run.request.batch, store: kept, onProgress: hooks.onProgress },
    attack: { ...ofAllFrames(run), signal: hooks.signal },
    tasksOf: async (image, model) => (await loadTasks(image, { run, model, loader })).tasks,
  })
  const common = { run, loader, folder, labels: exportLabels(run), prepared }
  const outcomes = inLanes(
    { items: run.groups, lanes, signal: hooks.signal },
    async (group, model, signal) => {
      const context = { ...common, model, signal, onIteration: groupTold(group, progress, hooks) }
      const outcome = await finishedOrAttacked(group, context)
      progress.count(firstOf(group), group.length)
      return outcome
    },
  )
  for await (const outcome of outcomes) {
    for (const { number, result } of outcome.results) {
      images.push(recordedImage(result, resultPath(number)))
      told.push(...result.notices)
      hooks.onEvent?.({ type: 'image', image: number - 1, result })
    }
    failures.push(...outcome.failures)
    resumed += outcome.resumed
  }
  if (images.length === 0) throw nothingLeft(failures)
  const notices = distinctNotices(told)
  for (const { message, tip } of notices) hooks.onNotice?.(`${message} ${tip}`)
  const record = buildRecord(run, images, { failures, notices, learned: prepared.learned, kept })
  await finish(folder, record, run)
  return { folder: folder.folder, record, failures, resumed }
}

async function finishedOrAttacked(group: readonly NumberedImage[], context: GroupContext) {
  const finished = await finishedResults(group, context)
  if (finished !== undefined) return { results: finished, failures: [], resumed: finished.length }
  const attack = reachOf(context.run.opened.card.input) === 0 ? attackGroup : attackStack
  return { ...(await attack(group, context)), resumed: 0 }
}

/** How an iteration of a group's batch is told. */
function groupTold(
  group: readonly NumberedImage[],
  progress: AttackProgress,
  { onEvent }: AttackHooks,
): GroupContext['onIteration'] {
  const numbers = new Map(group.map(({ image, number }) => [image, number]))
  return ({ event, frames, done, all }: BatchIteration) => {
    const { iteration, steps, restart, restarts, samples } = event
    const [made, of] = [restart * steps + iteration, restarts * steps]
    const images = (group.length * (done + (frames.length * made) / of)) / all
    progress.tell(firstOf(group), images, `${slicesText(group)}, iteration ${made} of ${of}`)
    onEvent?.({
      ...{ type: 'iteration', iteration, steps, restart, restarts },
      samples: samples.flatMap(({ sample, ...told }) => {
        const frame = frames[sample]
        const number = frame && numbers.get(frame.image)
        return number === undefined ? [] : [{ image: number - 1, frame: frame?.index ?? 0, ...told }]
      }),
    })
  }
}

function firstOf(group: readonly NumberedImage[]): number {
  return group[0]?.number ?? 1
}

function slicesText(group: readonly NumberedImage[]): string {
  const first = firstOf(group)
  return group.length === 1 ? `image ${first}` : `images ${first} to ${first + group.length - 1}`
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

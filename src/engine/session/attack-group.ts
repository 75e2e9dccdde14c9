import { join } from 'node:path'
import { madeAnew, readJson } from '../../adapters/fs/json-file.ts'
import type { AttackEvent, AttackMethod } from '../../core/attacks/attack.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import { frameLabels, wantedOf, type GivenTruth } from '../labels/frame-labels.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { checkFramesAreStack } from '../study/surroundings.ts'
import { reachOf } from '../../core/model/slices.ts'
import { inputFailure, type InputFailure } from '../study/failures.ts'
import type { ImageLoader, LoadedImage, StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { AttackRun, NumberedImage } from '../attack/attack-run.ts'
import { attackFrames, type FrameResult, type FrameTask, frameBatches } from '../session/frame-attack.ts'
import { frameReport } from '../export/frame-report.ts'
import { imageResult, type FrameReport, type ImageResult } from '../export/image-result.ts'
import {
  exportedPath,
  exportPixels,
  recordImage,
  resultPath,
  type ExportContext,
} from '../export/record-image.ts'
import { checkRegion } from './region.ts'
import type { PreparedMethods } from './preparation.ts'
import { checkPixels, checkPrediction, judge, readStored } from '../export/reread.ts'

/** What attacking a group needs besides the run. */
export interface GroupContext extends ExportContext {
  readonly model: PixelModel
  readonly loader: ImageLoader
  /** The methods that attack the images. */
  readonly prepared: PreparedMethods
  readonly signal: AbortSignal | undefined
  readonly onIteration: (iteration: BatchIteration) => void
}

/** One iteration of a batch of the group's frames. */
export interface BatchIteration {
  readonly event: AttackEvent
  /** The frames of the event's samples. */
  readonly frames: readonly StudyFrame[]
  /** How many of the group's `all` frames were done before. */
  readonly done: number
  readonly all: number
}

export interface NumberedResult {
  readonly number: number
  readonly result: ImageResult
}

export interface GroupOutcome {
  readonly results: readonly NumberedResult[]
  readonly failures: readonly InputFailure[]
}

/**
 * The results of a group that an earlier attempt has finished; undefined when any is missing, and the group
 * must be done again.
 */
export async function finishedResults(
  group: readonly NumberedImage[],
  { folder, run }: GroupContext,
): Promise<NumberedResult[] | undefined> {
  const results: NumberedResult[] = []
  for (const { number } of group) {
    const kept = await folder.keep(resultPath(number))
    if (kept === undefined) return undefined
    const result = await readJson(join(folder.folder, kept.path), imageResult, madeAnew)
    for (const kind of run.exports)
      if ((await folder.keep(exportedPath(kind, number))) === undefined) return undefined
    results.push({ number, result })
  }
  return results
}

/** Attacks the frames of some images, writes what was asked for, reads it back and judges it. */
export async function attackGroup(
  group: readonly NumberedImage[],
  context: GroupContext,
): Promise<GroupOutcome> {
  const failures: InputFailure[] = []
  const loaded = await loadAll(group, context, failures)
  const attacked = await attackAll(loaded, context)
  const results: NumberedResult[] = []
  for (const { number, loaded: image } of loaded) {
    const own = attacked.filter(({ result }) => result.frame.image === image.image)
    try {
      results.push({ number, result: await exportOne(number, image, own, context) })
    } catch (error) {
      failures.push(inputFailure(error, image.image))
    }
  }
  return { results, failures }
}

/** An image with its pixels, and what is to be done with its frames. */
export interface NumberedLoaded {
  readonly number: number
  readonly loaded: LoadedImage
  readonly tasks: readonly FrameTask[]
}

/** Those that can be worked on; the others are failures. */
export async function loadAll(
  group: readonly NumberedImage[],
  context: GroupContext,
  failures: InputFailure[],
): Promise<NumberedLoaded[]> {
  const all: NumberedLoaded[] = []
  for (const { image, number } of group) {
    try {
      all.push({ number, ...(await loadTasks(image, context)) })
    } catch (error) {
      failures.push(inputFailure(error, image))
    }
  }
  return all
}

/**
 * @throws RadversaryError for an image that can't be read or exported, or not be attacked with this region or
 * model.
 */
export async function loadTasks(
  image: StudyImage,
  { run, model, loader }: Pick<GroupContext, 'run' | 'model' | 'loader'>,
): Promise<Omit<NumberedLoaded, 'number'>> {
  checkExportable(image)
  checkFramesAreStack(image, reachOf(run.opened.card.input))
  const loaded = await loader.load(image)
  loaded.frames.forEach((frame) => {
    checkRegion(run.region, frame)
    checkInput(model, frame)
  })
  return { loaded, tasks: await tasksOf(run, loaded.frames) }
}

/** What can't be exported is not attacked. */
function checkExportable({ header: { exportFault }, name }: StudyImage): void {
  if (exportFault === undefined) return
  const { code, message, tip } = exportFault
  throw new RadversaryError(code, message, { tip, file: name })
}

/** Frames to be attacked, with what was given of them. */
export async function tasksOf(
  given: GivenTruth & Pick<AttackRun, 'wanted'>,
  frames: readonly StudyFrame[],
): Promise<FrameTask[]> {
  const labels = await frameLabels(given, frames)
  const masks = await wantedOf(given, frames)
  return frames.map((frame, i) => ({ frame, label: labels[i], wanted: masks[i] }))
}

/** Throws for images that can't be brought to the model's input. */
function checkInput(model: PixelModel, { float }: StudyFrame): void {
  model.forShape(float.relative.shape)
}

export interface AttackedFrame {
  readonly method: AttackMethod
  readonly result: FrameResult
}

/** Frames of one shape and one budget make a batch. */
async function attackAll(loaded: readonly NumberedLoaded[], context: GroupContext): Promise<AttackedFrame[]> {
  const { run, model, prepared, signal, onIteration } = context
  const { request } = run
  const tasks = loaded.flatMap((each) => each.tasks)
  const attack = { model, ...ofAllFrames(run), signal }
  const attacked: AttackedFrame[] = []
  for (const { method: configured, members } of frameBatches(tasks, run.method, request.batch)) {
    const [first] = members
    const method = first ? prepared.methodFor(configured, first.frame.image) : configured
    const done = attacked.length
    const frames = members.map(({ frame }) => frame)
    const told = (event: AttackEvent) => {
      onIteration({ event, frames, done, all: tasks.length })
    }
    const results = await attackFrames(members, method, { ...attack, onIteration: told })
    for (const result of results) attacked.push({ method, result })
  }
  return attacked
}

/** What every attack of a run has in common. */
export function ofAllFrames({ request, opened, goal, region }: AttackRun) {
  const { seed, earlyStop } = request
  return { card: opened.card, goal: goal.maker, seed, earlyStop, region: region?.mask }
}

/** Files first, then what was read back from them, then the image's result: where that is, the rest is. */
async function exportOne(
  number: number,
  image: LoadedImage,
  attacked: readonly AttackedFrame[],
  context: GroupContext,
): Promise<ImageResult> {
  const { run, model, folder } = context
  const results = attacked.map(({ result }) => result)
  const pixels = await exportPixels(number, image, results, context)
  const frames = await judgedFrames(join(folder.folder, exportedPath('series', number)), attacked, run, model)
  return recordImage({ number, image, results, pixels, frames }, context)
}

async function judgedFrames(
  path: string,
  attacked: readonly AttackedFrame[],
  run: AttackRun,
  model: PixelModel,
): Promise<FrameReport[]> {
  const stored = await readStored(path)
  checkPixels(
    attacked.map(({ result }) => result.adversarial),
    stored,
    path,
  )
  const reports: FrameReport[] = []
  for (let first = 0; first < attacked.length; first += run.request.batch) {
    const part = attacked.slice(first, first + run.request.batch)
    const judged = await judge(model, run.opened.card, {
      frames: part.map(({ result }) => result.frame),
      values: stored.slice(first, first + part.length),
      labels: part.map(({ result }) => result.label),
      goal: run.goal.maker,
    })
    part.forEach(({ result, method }, i) => {
      const reread = judged[i]
      if (reread === undefined) throw internalError('a frame was not judged')
      checkPrediction(result.after, reread.prediction, path)
      reports.push(frameReport(result, { method, card: run.opened.card }, reread))
    })
  }
  return reports
}

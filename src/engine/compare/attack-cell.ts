import { performance } from 'node:perf_hooks'
import { spreadOf } from '../../core/evaluate/spread.ts'
import { saidBy } from '../../core/tasks/class-names.ts'
import {
  attackFrames,
  type FrameResult,
  type FrameTask,
  type TracePoint,
  frameBatches,
} from '../session/frame-attack.ts'
import { frameReport } from '../export/frame-report.ts'
import { inLanes, lanesOf } from '../session/lanes.ts'
import { tasksOf } from '../session/attack-group.ts'
import { prepareMethods, type PreparedMethods } from '../session/preparation.ts'
import { checkRegion } from '../session/region.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { inputFailure, nothingLeft, type InputFailure } from '../study/failures.ts'
import { imageGroups } from '../study/image-groups.ts'
import type { ImageLoader, StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { cellSchema, type CellResult, type CellSlice } from './cell-result.ts'
import type { CompareRun, ComparedModel } from './compare-run.ts'
import type { PlannedCell } from './plan-cells.ts'
import { transferredTo, type Judge } from './transfer.ts'

/** One of those who work at the same time: the cell's model, and the judges of what is made on it. */
export interface Lane {
  readonly model: PixelModel
  readonly judges: readonly Judge[]
}

export interface CellContext {
  readonly run: CompareRun
  readonly cell: PlannedCell
  readonly compared: ComparedModel
  readonly lanes: readonly Lane[]
  readonly loader: ImageLoader
  readonly signal: AbortSignal | undefined
  /** Hears how many slices are done. */
  readonly onDone: (slices: number) => void
}

interface GroupOutcome {
  /** Wall time of the attack alone, without measuring and judging, s. */
  readonly seconds: number
  readonly slices: readonly CellSlice[]
  readonly failures: readonly InputFailure[]
}

/**
 * Attacks all images of the study by one method at one budget. @throws RadversaryError for what stops the
 * whole comparison.
 */
export async function attackCell(context: CellContext): Promise<CellResult> {
  const { run, cell, compared, lanes, signal, onDone } = context
  const slices: CellSlice[] = []
  const failures: InputFailure[] = []
  let seconds = 0
  const start = performance.now()
  const groups = imageGroups(run.images, { most: run.request.batch, atATime: lanesOf(compared.runtime) })
  const prepared = await prepareMethods({
    ...{ groups, method: cell.method, batch: run.request.batch, attack: ofAllFrames(context) },
    lanes: lanes.map(({ model }) => model),
    tasksOf: (image, model) => loadTasks(image, model, context),
  })
  const secondsBefore = (performance.now() - start) / 1000
  for await (const outcome of inLanes({ items: groups, lanes, signal }, (group, lane, either) =>
    attackGroup(group, lane, { ...context, signal: either, prepared }),
  )) {
    slices.push(...outcome.slices)
    failures.push(...outcome.failures)
    seconds += outcome.seconds
    onDone(slices.length + failures.length)
  }
  if (slices.length === 0) throw nothingLeft(failures)
  const { name, settings } = cell.method
  return {
    schema: cellSchema,
    ...{ model: cell.model, method: name, settings: { ...settings }, budget: cell.budget, norm: cell.norm },
    slices,
    failures,
    secondsPerSlice: (secondsBefore + seconds / lanes.length) / Math.max(1, slices.length),
  }
}

interface GroupContext extends CellContext {
  readonly prepared: PreparedMethods
}

async function attackGroup(
  images: readonly StudyImage[],
  lane: Lane,
  context: GroupContext,
): Promise<GroupOutcome> {
  const failures: InputFailure[] = []
  const tasks: FrameTask[] = []
  for (const image of images) {
    try {
      tasks.push(...(await loadTasks(image, lane.model, context)))
    } catch (error) {
      failures.push(inputFailure(error, image))
    }
  }
  const { cell, run, prepared } = context
  const slices: CellSlice[] = []
  let seconds = 0
  for (const { method: configured, members } of frameBatches(tasks, cell.method, run.request.batch)) {
    const [first] = members
    const method = first ? prepared.methodFor(configured, first.frame.image) : configured
    const start = performance.now()
    const attack = { model: lane.model, ...ofAllFrames(context), onIteration: () => undefined }
    const results = await attackFrames(members, method, attack)
    seconds += (performance.now() - start) / 1000
    const transferred = await Promise.all(lane.judges.map((judge) => transferredTo(judge, results)))
    results.forEach((result, n) => {
      const judged = transferred.flatMap((frames) => frames[n] ?? [])
      const report = frameReport(result, { method, card: context.compared.opened.card }, reread(result))
      slices.push({ ...sliceOf(report, result, context.compared), transferred: judged })
    })
  }
  return { slices, failures, seconds }
}

async function loadTasks(
  image: StudyImage,
  model: PixelModel,
  { run, compared, loader }: CellContext,
): Promise<FrameTask[]> {
  const { frames } = await loader.load(image)
  frames.forEach((frame) => {
    checkRegion(run.region, frame)
    model.forShape(frame.float.relative.shape)
  })
  return tasksOf(compared, frames)
}

function ofAllFrames({ run, compared, signal }: CellContext) {
  const { opened, goal } = compared
  return {
    card: opened.card,
    goal: goal.maker,
    seed: run.request.seed,
    earlyStop: run.request.earlyStop,
    region: run.region?.mask,
    signal,
  }
}

/** Nothing is exported, so what was judged after rounding stands. */
function reread({ after, outcome }: FrameResult) {
  return { prediction: after, success: outcome.success }
}

function sliceOf(
  report: ReturnType<typeof frameReport>,
  { frame, adversarial }: FrameResult,
  { opened }: ComparedModel,
): Omit<CellSlice, 'transferred'> {
  const said = saidBy(opened.card)
  const { before, after, success, metBefore, iterations, window, stored, trace } = report
  const { budgetUsed, gradients } = report
  return {
    file: frame.image.name,
    sopInstanceUid: frame.image.sopInstanceUid,
    frame: report.frame,
    label: said({ classes: report.label, value: report.labelValue }),
    predictionBefore: said(before),
    confidenceBefore: before.confidence,
    predictionAfter: said(after),
    confidenceAfter: after.confidence,
    ...{ success, metBefore, iterations, window, stored },
    ...(budgetUsed === undefined ? {} : { budgetUsed }),
    ...(gradients && { gradients }),
    perturbation: perturbationOf(frame, adversarial),
    trace: trace.map(watched),
  }
}

/** Over all pixels, beyond the window too, in relative intensity. */
function perturbationOf(
  { float }: StudyFrame,
  adversarial: FrameResult['adversarial'],
): CellSlice['perturbation'] {
  const { data } = float.toRelative(adversarial)
  const { mean, variance } = spreadOf(Array.from(data, (value, i) => value - (float.relative.data[i] ?? NaN)))
  return { mean: mean ?? 0, variance: variance ?? 0 }
}

/** Iterations count on through restarts. */
function watched(
  point: Omit<TracePoint, 'probabilities' | 'smoothedTarget'>,
  index: number,
): CellSlice['trace'][number] {
  const { deviation, klToSmoothed, perturbationMean, perturbationVariance, signAgreement } = point
  return {
    iteration: index + 1,
    deviation,
    klToSmoothed,
    perturbationMean,
    perturbationVariance,
    signAgreement,
  }
}

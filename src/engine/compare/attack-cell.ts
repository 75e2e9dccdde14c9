import { performance } from 'node:perf_hooks'
import { spreadOf } from '../../core/evaluate/statistics.ts'
import { answerOf, answerText } from '../../core/tasks/answers.ts'
import { frameReport } from '../export/frame-report.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { FrameResult, TracePoint } from '../session/frame-attack.ts'
import { inLanes, lanesOf } from '../session/lanes.ts'
import { loadTasks, type LoadTasks } from '../session/load-tasks.ts'
import { learnFromGroups, preparedMethods } from '../session/preparation.ts'
import { attackStack, sessionAttack, type Session } from '../session/session.ts'
import type { Stack } from '../session/stacks.ts'
import { nothingLeft, type InputFailure } from '../study/failures.ts'
import type { ImageLoader, StudyFrame } from '../study/load-image.ts'
import { cellSchema, type CellResult, type CellSlice } from './cell-result.ts'
import { comparedStacks, type CompareRun, type ComparedModel } from './compare-run.ts'
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

interface StackOutcome {
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
  const { run, cell, compared, lanes, loader, signal, onDone } = context
  const slices: CellSlice[] = []
  const failures: InputFailure[] = []
  let seconds = 0
  const start = performance.now()
  const stacks = comparedStacks(run, compared, lanesOf(compared.runtime))
  const { method } = cell
  const { batch } = run.request
  const attack = sessionAttack({ ...compared, request: run.request, region: run.region }, signal)
  const load: LoadTasks = (image, model) =>
    loadTasks(image, model, { given: compared, loader, region: run.region })
  const learned = await learnFromGroups({
    groups: stacks.map(({ images }) => images),
    method,
    batch,
    attack,
    lanes: lanes.map(({ model }) => model),
    tasksOf: async (image, model) => (await load(image, model)).tasks,
  })
  const secondsBefore = (performance.now() - start) / 1000
  const methodFor = preparedMethods(method, learned)
  const common = { method, methodFor, batch, load, onIteration: () => undefined }
  for await (const outcome of inLanes({ items: stacks, lanes, signal }, (stack, { model, judges }, either) =>
    measuredStack(stack, { ...common, model, attack: { ...attack, signal: either } }, { judges, compared }),
  )) {
    slices.push(...outcome.slices)
    failures.push(...outcome.failures)
    seconds += outcome.seconds
    onDone(slices.length + failures.length)
  }
  if (slices.length === 0) throw nothingLeft(failures)
  const { name, settings } = method
  return {
    schema: cellSchema,
    model: cell.model,
    method: name,
    settings: { ...settings },
    budget: cell.budget,
    norm: cell.norm,
    slices,
    failures,
    secondsPerSlice: (secondsBefore + seconds / lanes.length) / Math.max(1, slices.length),
  }
}

interface Measuring {
  readonly judges: readonly Judge[]
  readonly compared: ComparedModel
}

/**
 * Attacks a stack. What judges that see neighbouring slices make of it is known once all of it was attacked,
 * and nothing is where a slice is missing.
 */
async function measuredStack(
  stack: Stack,
  session: Session,
  { judges, compared }: Measuring,
): Promise<StackOutcome> {
  const { card } = compared.opened
  const blocks: CellSlice[] = []
  const failures: InputFailure[] = []
  const made: FrameResult[] = []
  let seconds = 0
  const [ofStacks, ofImages] = [true, false].map((sees) =>
    judges.filter(({ model }) => model.context > 0 === sees),
  )
  for await (const block of attackStack(stack, session)) {
    failures.push(...block.failures)
    seconds += block.seconds
    for (const batch of block.batches) {
      const results = batch.map(({ result }) => result)
      const transferred = await judgedBy(ofImages ?? [], results)
      batch.forEach(({ method, result }, n) => {
        const report = frameReport(result, { method, card }, reread(result))
        blocks.push({ ...sliceOf(report, result, compared), transferred: transferred[n] ?? [] })
      })
      if (ofStacks?.length) made.push(...results)
    }
  }
  const byStacks = failures.length > 0 ? [] : await judgedBy(ofStacks ?? [], made)
  const slices = blocks.map((slice, n) => ({
    ...slice,
    transferred: [...slice.transferred, ...(byStacks[n] ?? [])].sort((a, b) => a.model - b.model),
  }))
  return { slices, failures, seconds }
}

/** What each judge makes of each frame. */
async function judgedBy(
  judges: readonly Judge[],
  results: readonly FrameResult[],
): Promise<CellSlice['transferred'][]> {
  if (results.length === 0) return []
  const all = await Promise.all(judges.map((judge) => transferredTo(judge, results)))
  return results.map((_, n) => all.flatMap((frames) => frames[n] ?? []))
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
  const text = answerText(opened.card)
  const { before, after, success, metBefore, iterations, window, stored, trace } = report
  const { budgetUsed, gradients } = report
  return {
    file: frame.image.name,
    sopInstanceUid: frame.image.sopInstanceUid,
    frame: report.frame,
    ...(report.volume === undefined ? {} : { volume: report.volume }),
    label: text(answerOf({ classes: report.label, value: report.labelValue })),
    predictionBefore: text(answerOf(before)),
    confidenceBefore: before.confidence,
    predictionAfter: text(answerOf(after)),
    confidenceAfter: after.confidence,
    success,
    metBefore,
    iterations,
    window,
    stored,
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

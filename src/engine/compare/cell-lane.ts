import { spreadOf } from '../../core/evaluate/statistics.ts'
import { entry } from '../../core/entry.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { answerOf, answerText } from '../../core/tasks/answers.ts'
import { frameReport } from '../export/frame-report.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { FrameResult, TracePoint } from '../session/frame-attack.ts'
import { connectPixelModels } from '../session/lanes.ts'
import { preparedMethods } from '../session/preparation.ts'
import { attackStack, sessionAttack, type Session } from '../session/session.ts'
import type { Stack } from '../session/stacks.ts'
import type { InputFailure } from '../study/failures.ts'
import { createImageLoader, type StudyFrame } from '../study/load-image.ts'
import { loadFrom, type CellLane, type StackOutcome } from './attack-cell.ts'
import type { CellSlice } from './cell-result.ts'
import type { CompareRun, ComparedModel } from './compare-run.ts'
import { transferredTo, type Judge } from './transfer.ts'

/**
 * A lane of one of the compared models, with it and the judges of what is made on it, on the thread that
 * calls. @param index of the model @throws as `connectModel`
 */
export async function openCellLane(
  run: CompareRun,
  index: number,
  stacks: readonly Stack[],
): Promise<CellLane> {
  const compared = entry(run.models, index)
  const model = await connected(compared)
  const judges = await connectJudges(run, index)
  const { study, opened } = compared
  const load = loadFrom(compared, run, createImageLoader(study, opened.card, compared))
  const { batch } = run.request
  return {
    measure: ({ cell, stack, learned }, signal) => {
      const { method } = entry(run.cells, cell)
      const methodFor = preparedMethods(method, learned)
      const attack = sessionAttack({ ...compared, request: run.request, region: run.region }, signal)
      const session = { model, method, methodFor, batch, load, attack, onIteration: () => undefined }
      return measuredStack(entry(stacks, stack), session, { judges, compared })
    },
    close: async () => {
      await Promise.all([model, ...judges.map((judge) => judge.model)].map((one) => one.dispose()))
    },
  }
}

async function connected({ opened, runtime }: ComparedModel): Promise<PixelModel> {
  return entry(await connectPixelModels({ opened, runtime, groups: 1 }), 0)
}

/** All others, where transfer is asked for. */
async function connectJudges({ models, request }: CompareRun, own: number): Promise<Judge[]> {
  if (!request.transfer) return []
  const others = [...models.entries()].filter(([index]) => index !== own)
  return Promise.all(
    others.map(async ([index, compared]) => {
      const loader = createImageLoader(compared.study, compared.opened.card, compared)
      return { index, compared, loader, model: await connected(compared) }
    }),
  )
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
  const { budgetUsed, gradients, segments, boxes } = report
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
    ...scoresOf(report, opened.card),
    ...(segments && { segments }),
    ...(boxes && { boxes }),
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

function scoresOf(
  { label, before, after }: ReturnType<typeof frameReport>,
  { task }: ModelCard,
): Pick<CellSlice, 'scores'> {
  if (task !== 'classification' && task !== 'ordinal') return {}
  const scored = ({ classes, probabilities }: typeof before) => ({ classes, probabilities })
  return { scores: { labelled: label, before: scored(before), after: scored(after) } }
}

/** Over all pixels, beyond the window too, in relative intensity. */
function perturbationOf(
  { float }: StudyFrame,
  adversarial: FrameResult['adversarial'],
): CellSlice['perturbation'] {
  const { data } = float.toRelative(adversarial)
  const { mean, variance } = spreadOf(Array.from(data, (value, i) => value - entry(float.relative.data, i)))
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

import { performance } from 'node:perf_hooks'
import { entry } from '../../core/entry.ts'
import type { ConfiguredMethod } from '../attack/method-settings.ts'
import { inLanes } from '../session/lanes.ts'
import { loadTasks, type LoadTasks } from '../session/load-tasks.ts'
import { learnFromGroups, type LearnedOfGroups } from '../session/preparation.ts'
import { sessionAttack } from '../session/session.ts'
import type { Stack } from '../session/stacks.ts'
import { nothingLeft, type InputFailure } from '../study/failures.ts'
import { createImageLoader, type ImageLoader } from '../study/load-image.ts'
import { cellSchema, type CellResult, type CellSlice } from './cell-result.ts'
import type { CompareRun, ComparedModel } from './compare-run.ts'

/** What a lane measures: a stack of a cell, whose method has learned. */
export interface StackOfCell {
  /** Index among the comparison's cells. */
  readonly cell: number
  /** Index among the compared model's stacks. */
  readonly stack: number
  readonly learned: LearnedOfGroups
}

/** Attacks and measures stacks on one of the compared models, one after the other. */
export interface CellLane {
  /** @throws RadversaryError for what is no fault of a single image */
  measure(asked: StackOfCell, signal: AbortSignal | undefined): Promise<StackOutcome>
  close(): Promise<void>
}

export interface StackOutcome {
  /** Wall time of the attack alone, without measuring and judging, s. */
  readonly seconds: number
  readonly slices: readonly CellSlice[]
  readonly failures: readonly InputFailure[]
}

/** What cells of one model are measured with. */
export interface CellContext {
  readonly run: CompareRun
  readonly compared: ComparedModel
  readonly stacks: readonly Stack[]
  readonly lanes: readonly CellLane[]
  readonly signal: AbortSignal | undefined
  /** Hears how many slices are done. */
  readonly onDone: (slices: number) => void
}

/**
 * Attacks all images of the study by one method at one budget. @param cell its index @throws RadversaryError
 * for what stops the whole comparison.
 */
export async function attackCell(cell: number, context: CellContext): Promise<CellResult> {
  const { run, stacks, lanes, signal, onDone } = context
  const { model, budget, norm, method, as } = entry(run.cells, cell)
  const slices: CellSlice[] = []
  const failures: InputFailure[] = []
  let seconds = 0
  const start = performance.now()
  const learned = await learn(method, context)
  const secondsBefore = (performance.now() - start) / 1000
  const items = [...stacks.keys()]
  for await (const outcome of inLanes({ items, lanes, signal }, (stack, lane, either) =>
    lane.measure({ cell, stack, learned }, either),
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
    model,
    method: name,
    ...(as !== undefined && { as }),
    settings: { ...settings },
    budget,
    norm,
    slices,
    failures,
    secondsPerSlice: run.request.untimed
      ? null
      : (secondsBefore + seconds / lanes.length) / Math.max(1, slices.length),
  }
}

/** What a method learns of clean images; nothing for most methods. */
function learn(
  method: ConfiguredMethod,
  { run, compared, stacks, signal }: CellContext,
): Promise<LearnedOfGroups> {
  const { opened, runtime, study } = compared
  return learnFromGroups({
    groups: stacks.map(({ images }) => images),
    method,
    models: { opened, runtime },
    load: loadFrom(compared, run, createImageLoader(study, opened.card, compared)),
    batch: run.request.batch,
    attack: sessionAttack({ ...compared, request: run.request, region: run.region }, signal),
  })
}

export function loadFrom(given: ComparedModel, { region }: CompareRun, loader: ImageLoader): LoadTasks {
  return (image, model) => loadTasks(image, model, { given, loader, region })
}

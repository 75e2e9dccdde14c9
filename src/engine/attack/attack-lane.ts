import { join } from 'node:path'
import type { ExportWriter } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson } from '../../adapters/fs/json-file.ts'
import { entry } from '../../core/entry.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import { sourceFor } from '../deidentify/export-identity.ts'
import { exportBlock, type BlockSink, type NumberedResult } from '../export/export-block.ts'
import type { ExportLabels } from '../export/export-image.ts'
import { exportLabels } from '../export/export-labels.ts'
import { imageResult } from '../export/image-result.ts'
import { exportedPath, resultPath } from '../export/record-image.ts'
import { connectPixelModels } from '../session/lanes.ts'
import { loadTasks, type LoadedTasks, type LoadTasks } from '../session/load-tasks.ts'
import { preparedMethods, type LearnedOfGroups } from '../session/preparation.ts'
import { attackStack, sessionAttack, type BatchIteration, type Session } from '../session/session.ts'
import type { Stack } from '../session/stacks.ts'
import type { InputFailure } from '../study/failures.ts'
import { createImageLoader, type ImageLoader } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { version } from '../version.ts'
import type { AttackHooks } from './attack-hooks.ts'
import type { AttackRun } from './attack-run.ts'

/** What became of a stack. */
export interface StackOutcome {
  readonly results: readonly NumberedResult[]
  readonly failures: readonly InputFailure[]
  /** Results that an earlier attempt had left. */
  readonly resumed: number
}

/** Attacks a run's stacks one after the other, each from its files to its verified export. */
export interface AttackLane {
  /** @param index of the run's stack @throws RadversaryError for what is no fault of a single image */
  attack(index: number, hooks: AttackHooks): Promise<StackOutcome>
  close(): Promise<void>
}

/** What a lane needs beside its run. */
export interface LaneTools {
  readonly folder: ExportWriter
  readonly learned: LearnedOfGroups
}

/** A lane with a model of its own, on the thread that calls. @throws as `connectModel` */
export async function openAttackLane(run: AttackRun, { folder, learned }: LaneTools): Promise<AttackLane> {
  const { opened, runtime, method, request } = run
  const [model] = await connectPixelModels({
    opened,
    runtime,
    groups: 1,
    windows: request.batch,
    inner: method.inner,
  })
  if (model === undefined) throw internalError('a lane has no model')
  const methodFor = preparedMethods(method, learned)
  const load = loadFrom(run, createImageLoader(run.study, opened.card, run))
  const common = { model, method, methodFor, load, batch: request.batch }
  const kept = { run, folder, model, labels: labelsOf(run), numberOf: numbersOf(run) }
  return {
    attack: (index, hooks) => {
      const stack = entry(run.stacks, index)
      const sink = { ...kept, stack: stack.images }
      const attack = sessionAttack(run, hooks.signal)
      const onIteration = iterationsOf(stack, kept.numberOf, hooks)
      return finishedOrAttacked(stack, { ...common, attack, onIteration }, sink)
    },
    close: () => model.dispose(),
  }
}

/** 1 for the first of those that are attacked. */
export function numbersOf({ stacks }: AttackRun): BlockSink['numberOf'] {
  const numbers = new Map(stacks.flatMap(({ images }) => images).map((image, index) => [image, index + 1]))
  return (image) => {
    const number = numbers.get(image)
    if (number === undefined) throw internalError('an image has no number')
    return number
  }
}

/** What can't be exported is not attacked. */
export function loadFrom(run: AttackRun, loader: ImageLoader): LoadTasks {
  const source = { given: run, loader, region: run.region }
  return async (image, model) => {
    const { exportFault } = image.header
    if (exportFault === undefined) return exportable(await loadTasks(image, model, source), run)
    const { code, message, tip } = exportFault
    throw new RadversaryError(code, message, { tip, file: image.name })
  }
}

/** An image whose export is made of its file without identity, where that was asked for. */
function exportable({ loaded, tasks }: LoadedTasks, { identity }: AttackRun): LoadedTasks {
  const { file, notices } = sourceFor(identity, loaded.file)
  return { tasks, loaded: { ...loaded, file, notices: [...loaded.notices, ...notices] } }
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

/** How an iteration of a stack's batch is reported: as progress in the stack's images, and as an event. */
function iterationsOf(
  { images: { length } }: Stack,
  numberOf: BlockSink['numberOf'],
  { onProgress, onEvent }: AttackHooks,
): Session['onIteration'] {
  return ({ event, frames, done, all }: BatchIteration) => {
    const { iteration, steps, restart, restarts, samples } = event
    const [made, of] = [restart * steps + iteration, restarts * steps]
    onProgress?.({
      done: (length * (done + (frames.length * made) / of)) / all,
      total: length,
      phase: 'attacking',
      note: `iteration ${made} of ${of}`,
    })
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

function labelsOf({ method, opened, request, exportId }: AttackRun): ExportLabels {
  return exportLabels({
    exportId,
    title: method.entry.title,
    settings: method.settings,
    seed: request.seed,
    model: {
      name: opened.card.name,
      hashes: [opened, ...(opened.ensemble?.others ?? [])].map(({ sha256 }) => sha256),
    },
    version,
  })
}

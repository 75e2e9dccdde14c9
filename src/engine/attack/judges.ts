import { join } from 'node:path'
import { readInstance } from '../../adapters/fs/read-file.ts'
import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import { headlineOf } from '../../core/evaluate/headline.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import type { CellSlice } from '../compare/cell-result.ts'
import { transferredTo, type AdversarialFrame, type Judge } from '../compare/transfer.ts'
import type { JudgedBy, RecordedImage } from '../export/record.ts'
import { exportedPath } from '../export/record-image.ts'
import { readStored } from '../export/reread.ts'
import { openWantedMasks } from '../labels/open-masks.ts'
import type { OpenedModel } from '../models/open-model.ts'
import type { JobHooks } from '../progress.ts'
import { throwIfCancelled } from '../progress.ts'
import { connectPixelModels } from '../session/lanes.ts'
import type { Stack } from '../session/stacks.ts'
import { createImageLoader, decodeFrames } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { workbenchOf } from '../workbench.ts'
import { numbersOf } from './attack-lane.ts'
import type { AttackRun } from './attack-run.ts'

/** What the held-out models of a run say of its exported images, read from disk; in the run's order. */
export async function judgedOn(
  run: AttackRun,
  images: readonly RecordedImage[],
  { folder, hooks }: { readonly folder: string; readonly hooks: JobHooks },
): Promise<JudgedBy[]> {
  const exported = exportedOf(run, images, folder)
  const all: JudgedBy[] = []
  for (const [index, opened] of run.judges.entries()) {
    const judge = await connectJudge(run, opened, index)
    try {
      all.push(await judgedBy(judge, run, exported, hooks))
    } finally {
      await judge.model.dispose()
    }
  }
  return all
}

async function connectJudge(
  { request, study }: AttackRun,
  opened: OpenedModel,
  index: number,
): Promise<Judge> {
  const { card } = opened
  const workbench = await workbenchOf(opened, { ...request, study }, {})
  const goal = rulesOf(card.task).goal(card, request)
  const compared = { ...workbench, goal, wanted: await openWantedMasks(card, request) }
  const [model] = await connectPixelModels({ opened, runtime: workbench.runtime, groups: 1 })
  if (model === undefined) throw internalError('a judge has no model')
  return { index, compared, model, loader: createImageLoader(study, card, workbench) }
}

async function judgedBy(
  judge: Judge,
  { stacks, forceIntensity }: AttackRun,
  exported: ExportedFiles,
  { signal, onProgress }: JobHooks,
): Promise<JudgedBy> {
  const { opened, device } = judge.compared
  const found: CellSlice['transferred'][number][] = []
  for (const [at, stack] of stacks.entries()) {
    throwIfCancelled(signal)
    for (const images of together(stack, judge)) {
      const made = await madeOf(images, exported)
      if (made.length > 0) found.push(...(await transferredTo(judge, made)).flat())
    }
    onProgress?.({ done: at + 1, total: stacks.length, phase: 'judging', note: opened.card.name })
  }
  const suited = found.filter(({ unsuited }) => forceIntensity || unsuited === undefined)
  return {
    name: opened.card.name,
    sha256: opened.sha256,
    card: opened.card,
    device: device.name,
    unsuited: found.length - suited.length,
    ...headlineOf(suited),
  }
}

/** Images that a judge is given at once: a whole stack where it sees neighbours, else one after the other. */
function together({ images }: Stack, { model }: Judge): readonly (readonly StudyImage[])[] {
  return model.context > 0 ? [images] : images.map((image) => [image])
}

/** Nothing where one of them was not attacked. */
async function madeOf(images: readonly StudyImage[], exported: ExportedFiles): Promise<AdversarialFrame[]> {
  const made: AdversarialFrame[] = []
  for (const image of images) {
    const path = exported(image)
    if (path === undefined) return []
    const pixels = await decodeFrames(await readInstance(image.header.source))
    for (const [index, adversarial] of (await readStored(path)).entries())
      made.push({ frame: { image, index, pixels: entry(pixels, index) }, adversarial })
  }
  return made
}

/** The file of a study's image in the export; undefined of one that was not attacked. */
type ExportedFiles = (image: StudyImage) => string | undefined

/** By numbers: a record without identities has other names and UIDs than the study. */
function exportedOf(run: AttackRun, images: readonly RecordedImage[], folder: string): ExportedFiles {
  const made = new Set(images.map(({ exported }) => exported.series.path))
  const numberOf = numbersOf(run)
  return (image) => {
    const path = exportedPath('series', numberOf(image))
    return made.has(path) ? join(folder, path) : undefined
  }
}

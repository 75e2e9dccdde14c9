import { recordedPrediction } from '../../core/tasks/answers.ts'
import { join } from 'node:path'
import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import type { ContextSlices } from '../../core/model/preprocessing/neighbours.ts'
import type { StoredValues } from '../../core/dicom/image.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { AttackedBlock, AttackedFrame } from '../session/session.ts'
import { inputFailure, type InputFailure } from '../study/failures.ts'
import { inModelBatches } from '../study/image-groups.ts'
import type { LoadedImage } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { spaceOf, stackNotices } from '../study/stack-context.ts'
import { frameReport } from './frame-report.ts'
import type { FrameReport, ImageResult } from './image-result.ts'
import { exportedPath, exportPixels, recordImage, type ExportContext } from './record-image.ts'
import { checkPixels, checkPrediction, judge, readStored, type Judged } from './reread.ts'

/** Where attacked images go. */
export interface BlockSink extends ExportContext {
  readonly model: PixelModel
  /** The stack that the block is of. */
  readonly stack: readonly StudyImage[]
  readonly numberOf: (image: StudyImage) => number
}

export interface NumberedResult {
  readonly number: number
  readonly result: ImageResult
}

interface ExportedBlock {
  readonly results: readonly NumberedResult[]
  readonly failures: readonly InputFailure[]
}

/**
 * Writes what was asked for of a block's images, reads it back and judges it. An image that can't be exported
 * is left out; a slice whose neighbours depend on it stops the run.
 */
export async function exportBlock(block: AttackedBlock, sink: BlockSink): Promise<ExportedBlock> {
  const frames = block.batches.flat()
  const images = block.images.map((image) => ({
    image,
    frames: framesOf(image, frames),
  }))
  if (sink.model.context > 0)
    return { results: await exportTogether(images, block.contextSlices, sink), failures: block.failures }
  const results: NumberedResult[] = []
  const failures: InputFailure[] = [...block.failures]
  for (const one of images) {
    try {
      results.push(...(await exportTogether([one], undefined, sink)))
    } catch (error) {
      failures.push(inputFailure(error, one.image.image))
    }
  }
  return { results, failures }
}

/** In the file's order, in whichever they were attacked. */
function framesOf({ image }: LoadedImage, attacked: readonly AttackedFrame[]): AttackedFrame[] {
  return attacked
    .filter(({ result }) => result.frame.image === image)
    .sort((a, b) => a.result.frame.index - b.result.frame.index)
}

interface AttackedImage {
  readonly image: LoadedImage
  readonly frames: readonly AttackedFrame[]
}

/** Files first, then what was read back from them, then each image's result: where that is, the rest is. */
async function exportTogether(
  images: readonly AttackedImage[],
  contextSlices: ContextSlices | undefined,
  sink: BlockSink,
): Promise<NumberedResult[]> {
  const written: Awaited<ReturnType<typeof exportPixels>>[] = []
  const stored: StoredValues[][] = []
  for (const { image, frames } of images) {
    const number = sink.numberOf(image.image)
    const results = frames.map(({ result }) => result)
    written.push(await exportPixels(number, image, results, sink))
    const values = await readStored(pathOf(image, sink))
    checkPixels(
      results.map(({ adversarial }) => adversarial),
      values,
      pathOf(image, sink),
    )
    stored.push(values)
  }
  const judged = await judgeAll(
    images.flatMap(({ frames }) => frames),
    stored.flat(),
    { contextSlices, sink },
  )
  const finished: NumberedResult[] = []
  for (const [index, { image, frames }] of images.entries()) {
    const number = sink.numberOf(image.image)
    const reports = reportsOf(frames, judged.splice(0, frames.length), { path: pathOf(image, sink), sink })
    finished.push({
      number,
      result: await recordImage(
        {
          number,
          image: withStackNotices(image, sink),
          results: frames.map(({ result }) => result),
          pixels: written[index] ?? [],
          frames: reports,
        },
        sink,
      ),
    })
  }
  return finished
}

function pathOf({ image }: LoadedImage, { folder, numberOf }: BlockSink): string {
  return join(folder.folder, exportedPath('series', numberOf(image)))
}

interface JudgedAmong {
  readonly contextSlices: ContextSlices | undefined
  readonly sink: BlockSink
}

/** Frames that depend on each other at once, others as many as are attacked together. */
async function judgeAll(
  attacked: readonly AttackedFrame[],
  values: readonly StoredValues[],
  { contextSlices, sink: { run, model, stack } }: JudgedAmong,
): Promise<Judged[]> {
  const frames = attacked.map(({ result: { frame, label } }, n) => ({
    ...frame,
    label,
    stored: entry(values, n),
  }))
  const judgeSome = (some: readonly (typeof frames)[number][]) =>
    judge(model, run.opened.card, {
      frames: some,
      values: some.map(({ stored }) => stored),
      labels: some.map(({ label }) => label),
      goal: run.goal.maker,
      around: { contextSlices, space: spaceOf(model, stack, some) },
    })
  return inModelBatches(frames, { context: model.context, most: run.request.batch }, judgeSome)
}

function reportsOf(
  frames: readonly AttackedFrame[],
  judged: readonly Judged[],
  { path, sink }: { readonly path: string; readonly sink: BlockSink },
): FrameReport[] {
  return frames.map(({ method, result }, n) => {
    const reread = judged[n]
    if (reread === undefined) throw internalError('a frame was not judged')
    checkPrediction(recordedPrediction(result.after), recordedPrediction(reread.prediction), path)
    return frameReport(result, { method, card: sink.run.opened.card }, reread)
  })
}

function withStackNotices(image: LoadedImage, { stack, run }: BlockSink): LoadedImage {
  const found = stackNotices(stack, run.study, run.opened.card)
  return { ...image, notices: [...image.notices, ...found] }
}

import { entry } from '../../core/entry.ts'
import { internalError, type Notice } from '../../core/errors.ts'
import { answerOf, type FrameLabel, type Prediction } from '../../core/tasks/answers.ts'
import { maskAgreement, type MaskAgreement } from '../../core/tasks/segmentation/agreement.ts'
import { imagePredictions, rulesOf } from '../../core/tasks/tasks.ts'
import { namesOf, type ModelCard } from '../../core/model/card.ts'
import { areasOf, type Mask } from '../../core/image/mask.ts'
import type { Around } from '../../core/model/preprocessing/chain.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import { extents4, concatenate } from '../../core/tensor/tensor.ts'
import { connectModel } from '../models/open-model.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { inputFailure, nothingLeft, type InputFailure } from '../study/failures.ts'
import { blocksIn, inModelBatches, imageStacks } from '../study/image-groups.ts'
import {
  createImageLoader,
  distinctNotices,
  type ImageLoader,
  type LoadedImage,
  type StudyFrame,
} from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import {
  spaceOf,
  stackNotices,
  volumeOf,
  withContext,
  type FindContextSlices,
} from '../study/stack-context.ts'
import { reportOf, type Found, type PredictReport } from './predict-report.ts'
import { openWorkbench, type Workbench, type WorkbenchRequest } from '../workbench.ts'

interface Bench extends Workbench {
  readonly model: PixelModel
  /** Which frames of the images are predicted, counted from 0; all by default. */
  readonly isWanted?: ((image: StudyImage, index: number) => boolean) | undefined
}

/** Frames that are predicted together. */
const batch = 8

/**
 * A model's predictions of every frame of a study. @throws RadversaryError for whatever stops the whole job.
 */
export async function predictStudy(request: WorkbenchRequest, hooks: JobHooks = {}): Promise<PredictReport> {
  const workbench = await openWorkbench(request, hooks)
  const { opened, runtime } = workbench
  const model = pixelModel(await connectModel(opened, runtime), opened.card)
  try {
    return await predictWith({ ...workbench, model }, hooks)
  } finally {
    await model.dispose()
  }
}

/** The same with a model that is connected already, and stays so. @throws as `predictStudy` */
export async function predictWith(bench: Bench, hooks: JobHooks): Promise<PredictReport> {
  const failures: InputFailure[] = [...bench.study.failures]
  const { found, notices } = await predictAll(bench, failures, hooks)
  if (found.length === 0) throw nothingLeft(failures)
  for (const { message, tip } of notices) hooks.onNotice?.(`${message} ${tip}`)
  return { ...reportOf(bench, found, failures), notices }
}

async function predictAll(
  bench: Bench,
  failures: InputFailure[],
  { signal, onProgress }: JobHooks,
): Promise<{ readonly found: Found[]; readonly notices: readonly Notice[] }> {
  const { images } = bench
  const loader = createImageLoader(bench.study, bench.opened.card, bench)
  const { context } = bench.model
  const together = context === Infinity ? Infinity : batch
  const found: Found[] = []
  const notices: Notice[] = imageStacks(images).flatMap((stack) =>
    stackNotices(stack, bench.study, bench.opened.card),
  )
  const wanted = new Set(images)
  let done = 0
  for (const block of blocksIn(bench.study.images, images, { most: together, context })) {
    throwIfCancelled(signal)
    const labelsOf = (image: StudyImage) => (wanted.has(image) ? bench.labels : undefined)
    const own = await Promise.all(
      block.own.map((image) => load({ ...bench, labels: labelsOf(image) }, loader, image)),
    )
    const { loaded, findContext } = await withContext(block, { loaded: own, loader, context })
    const asked = loaded.filter((_, n) => wanted.has(entry(block.own, n)))
    failures.push(...asked.flatMap(({ failure }) => failure ?? []))
    notices.push(...loaded.flatMap(({ image }) => image?.notices ?? []))
    const frames = loaded.flatMap((each) => each.frames ?? [])
    const stack = [...block.before, ...block.own, ...block.after]
    const predicted = await predictBlock(bench, frames, { stack, findContext })
    found.push(...predicted.filter(({ image }) => wanted.has(image)))
    done += asked.length
    onProgress?.({ done, total: images.length, phase: 'predicting', note: '' })
  }
  return { found, notices: distinctNotices(notices) }
}

interface LabelledFrame extends StudyFrame {
  readonly label: FrameLabel | undefined
}

/** Frames of one size; as many at once as a model of single images or neighbouring slices is given. */
async function predictBlock(
  bench: Bench,
  frames: readonly LabelledFrame[],
  { stack, findContext }: { readonly stack: readonly StudyImage[]; readonly findContext: FindContextSlices },
): Promise<Found[]> {
  const { context } = bench.model
  const together = context === Infinity ? Infinity : batch
  const inParts = async (slices: readonly LabelledFrame[]) => {
    const found = slices.map((): Found | undefined => undefined)
    const volume = volumeOf(bench.opened.card, slices)
    const space = spaceOf(bench.model, stack, slices)
    for (const { from, to } of wantedParts(slices, together, bench)) {
      const around = { space, contextSlices: findContext(slices, { from, to }) }
      const part = await predictFrames(bench, slices.slice(from, to), around)
      found.splice(from, to - from, ...part.map((each) => ({ ...each, ...volume })))
    }
    return found
  }
  const found = await inModelBatches(frames, { context }, inParts)
  return found.flatMap((each) => (each !== undefined && isWantedOf(bench, each) ? [each] : []))
}

function isWantedOf({ isWanted }: Bench, { image, index }: Pick<StudyFrame, 'image' | 'index'>): boolean {
  return isWanted?.(image, index) ?? true
}

/** Where wanted slices follow each other, at most so many; whole stacks are predicted together. */
function wantedParts(
  slices: readonly LabelledFrame[],
  most: number,
  bench: Bench,
): { readonly from: number; readonly to: number }[] {
  if (most === Infinity)
    return slices.some((slice) => isWantedOf(bench, slice)) ? [{ from: 0, to: slices.length }] : []
  const parts: { readonly from: number; readonly to: number }[] = []
  for (const [at, slice] of slices.entries()) {
    if (!isWantedOf(bench, slice)) continue
    const last = parts.at(-1)
    const isNext = last?.to === at && at - last.from < most
    if (isNext) parts.splice(-1, 1, { from: last.from, to: at + 1 })
    else parts.push({ from: at, to: at + 1 })
  }
  return parts
}

interface Loaded {
  readonly image?: LoadedImage
  readonly frames?: readonly LabelledFrame[]
  readonly failure?: InputFailure
}

async function load({ model, labels }: Bench, loader: ImageLoader, image: StudyImage): Promise<Loaded> {
  try {
    const loaded = await loader.load(image)
    for (const { float } of loaded.frames) model.forShape(float.relative.shape)
    const frames = await Promise.all(
      loaded.frames.map(async (frame) => ({ ...frame, label: await labels?.find(frame) })),
    )
    return { image: loaded, frames }
  } catch (error) {
    return { failure: inputFailure(error, image) }
  }
}

/** Frames of one size. */
async function predictFrames(
  { model, opened }: Bench,
  frames: readonly LabelledFrame[],
  around: Around,
): Promise<Found[]> {
  const images = concatenate(frames.map(({ float }) => float.relative))
  const [, , rows, columns] = extents4(images.shape)
  const predictions = imagePredictions(
    opened.card,
    [rows, columns],
    await model
      .forShape(images.shape, around)
      .predict(images, joinedBeside(frames.map((frame) => frame.beside))),
  )
  return predictions.flatMap((prediction, i) => {
    const labelled = frames[i]
    return labelled === undefined ? [] : [foundOf(labelled, prediction, opened.card)]
  })
}

function foundOf({ image, index, label }: LabelledFrame, prediction: Prediction, card: ModelCard): Found {
  if (prediction.kind !== 'mask') return { image, index, prediction, label }
  const { mask, ...kept } = prediction
  const areas = areasOf(mask, namesOf(card).length)
  if (label?.kind !== 'mask') return { image, index, prediction: kept, label, areas }
  const segments = masksAgreement(card, { mask, label: label.mask }, image)
  return { image, index, prediction: kept, label: answerOf(label), areas, segments }
}

function masksAgreement(
  card: ModelCard,
  masks: { readonly mask: Mask; readonly label: Mask },
  { header }: StudyImage,
): MaskAgreement {
  const { labels } = rulesOf(card.task)
  if (labels.kind !== 'masks') throw internalError('a mask was predicted by a task without masks')
  return maskAgreement(labels.headOf(card), masks, header.pixelSpacing)
}

import type { DetectionAgreement } from '../../core/evaluate/detection.ts'
import { internalError, type Notice } from '../../core/errors.ts'
import {
  answerOf,
  answerText,
  recordedPrediction,
  type FrameLabel,
  type KeptPrediction,
  type Prediction,
} from '../../core/tasks/answers.ts'
import { oncePerVolume } from '../../core/evaluate/headline.ts'
import type { Agreement } from '../../core/tasks/classification/agreement.ts'
import {
  maskAgreement,
  type MaskAgreement,
  type MeanAgreement,
} from '../../core/tasks/segmentation/agreement.ts'
import type { TaskAgreement } from '../../core/tasks/verification.ts'
import { imagePredictions, rulesOf } from '../../core/tasks/tasks.ts'
import type { Box } from '../../core/image/boxes.ts'
import { namesOf, type ModelCard } from '../../core/model/card.ts'
import { areasOf, type Mask } from '../../core/image/mask.ts'
import type { Around } from '../../core/model/preprocessing/chain.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import { concatenate } from '../../core/tensor/tensor.ts'
import { connectModel } from '../models/open-model.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { inputFailure, nothingLeft, type InputFailure } from '../study/failures.ts'
import { blocksIn, byRuns, imageStacks } from '../study/image-groups.ts'
import {
  createImageLoader,
  distinctNotices,
  type ImageLoader,
  type LoadedImage,
  type StudyFrame,
} from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { spaceOf, stackNotices, volumeOf, withContext, type FindBeyond } from '../study/stack-context.ts'
import { openWorkbench, type Workbench, type WorkbenchRequest } from '../workbench.ts'

/** What a model says of one frame. */
export interface FramePrediction {
  readonly file: string
  readonly sopInstanceUid: string
  /** Counts from 1. */
  readonly frame: number
  /** Name of the stack whose one answer this is, the same for all its slices; of models of whole volumes. */
  readonly volume?: string
  /** In words; several of a multi-label head are joined by '; '. */
  readonly prediction: string
  /** Null of a regression. */
  readonly confidence: number | null
  /** Predicted value in the card's unit; regressions only. */
  readonly value?: number
  /** Per class. */
  readonly probabilities: readonly number[]
  /** Pixels of each class; segmentations only. */
  readonly areas?: readonly number[]
  /** In words; null where there is none. */
  readonly label: string | null
  /** Agreement of every class but the background with the masks; segmentations with masks only. */
  readonly segments?: MaskAgreement
  /** Boxes in the image's own pixels; detections only. */
  readonly boxes?: readonly Box[]
}

export interface PredictReport {
  readonly model: string
  readonly device: string
  readonly classes: readonly string[]
  readonly predictions: readonly FramePrediction[]
  /** Null without labels. */
  readonly agreement: Agreement | null
  /** AUC per label, or kappa and mean absolute error of grades; null without labels, and for other tasks. */
  readonly taskAgreement: TaskAgreement | null
  /** Means over the frames where each is defined; segmentations with masks only. */
  readonly segments: readonly MeanAgreement[] | null
  /** mAP, recall and false positives of a detection with boxes; null without. */
  readonly detection: DetectionAgreement | null
  readonly failures: readonly InputFailure[]
  /** How images were taken, where a user should know. */
  readonly notices: readonly Notice[]
}

interface Bench extends Workbench {
  readonly model: PixelModel
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
  return { ...report(bench, found, failures), notices }
}

/** Without pixels: a study's worth of these is kept. */
interface Found {
  readonly image: StudyImage
  readonly index: number
  readonly volume?: string
  readonly prediction: KeptPrediction
  readonly label: FrameLabel | undefined
  /** Pixels of each class; masks only. */
  readonly areas?: readonly number[]
  /** Agreement with the mask that was given. */
  readonly segments?: MaskAgreement
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
    stackNotices(stack, bench.study, bench.opened.card.input),
  )
  let done = 0
  for (const block of blocksIn(bench.study.images, images, { most: together, context })) {
    throwIfCancelled(signal)
    const own = await Promise.all(block.own.map((image) => load(bench, loader, image)))
    const { loaded, beyond } = await withContext(block, { loaded: own, loader, context })
    failures.push(...loaded.flatMap(({ failure }) => failure ?? []))
    notices.push(...loaded.flatMap(({ image }) => image?.notices ?? []))
    const frames = loaded.flatMap((each) => each.frames ?? [])
    found.push(
      ...(await predictBlock(bench, frames, {
        stack: [...block.before, ...block.own, ...block.after],
        beyond,
      })),
    )
    done += block.own.length
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
  { stack, beyond }: { readonly stack: readonly StudyImage[]; readonly beyond: FindBeyond },
): Promise<Found[]> {
  const { context } = bench.model
  const together = context === Infinity ? Infinity : batch
  const inParts = async (slices: readonly LabelledFrame[]) => {
    const found: Found[] = []
    const volume = volumeOf(bench.opened.card, slices)
    const space = spaceOf(bench.model, stack, slices)
    for (let from = 0; from < slices.length; from += together) {
      const part = slices.slice(from, from + together)
      const around = { space, beyond: beyond(slices, { from, to: from + part.length }) }
      found.push(...(await predictFrames(bench, part, around)).map((each) => ({ ...each, ...volume })))
    }
    return found
  }
  return context === 0 ? inParts(frames) : byRuns(frames, inParts)
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
  const [, , rows = 0, columns = 0] = images.shape
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

function report(
  { opened: { card }, device }: Workbench,
  found: readonly Found[],
  failures: readonly InputFailure[],
): Omit<PredictReport, 'notices'> {
  return {
    model: card.name,
    device: device.name,
    classes: namesOf(card),
    predictions: found.map((each) => inWords(each, card)),
    ...agreementWithLabels(card, found),
    failures,
  }
}

function agreementWithLabels(
  card: ModelCard,
  found: readonly Found[],
): Pick<PredictReport, 'agreement' | 'taskAgreement' | 'segments' | 'detection'> {
  const none = { agreement: null, taskAgreement: null, segments: null, detection: null }
  const frames = oncePerVolume(found).flatMap(({ label, ...each }) =>
    label === undefined ? [] : [{ ...each, label }],
  )
  if (frames.length === 0) return none
  const rules = rulesOf(card.task)
  const rows = frames.map(({ label, prediction }) => ({
    label: answerOf(label),
    predicted: recordedPrediction(prediction),
  }))
  return {
    ...none,
    taskAgreement: rules.taskAgreement(card, rows) ?? null,
    ...rules.agreement(card, frames),
  }
}

function inWords(
  { image, index, volume, areas, segments, prediction, label }: Found,
  card: ModelCard,
): FramePrediction {
  const text = answerText(card)
  const { confidence, probabilities, value } = recordedPrediction(prediction)
  return {
    file: image.name,
    sopInstanceUid: image.sopInstanceUid,
    frame: index + 1,
    ...(volume !== undefined && { volume }),
    prediction: text(prediction),
    confidence,
    ...(value !== undefined && { value }),
    probabilities,
    ...(areas && { areas }),
    label: label === undefined ? null : text(label),
    ...(segments && { segments }),
    ...(prediction.kind === 'boxes' && { boxes: prediction.boxes }),
  }
}

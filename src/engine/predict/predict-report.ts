import type { DetectionAgreement } from '../../core/evaluate/detection.ts'
import type { Notice } from '../../core/errors.ts'
import {
  answerOf,
  answerText,
  recordedPrediction,
  type FrameLabel,
  type KeptPrediction,
} from '../../core/tasks/answers.ts'
import { oncePerVolume } from '../../core/evaluate/headline.ts'
import type { Agreement } from '../../core/tasks/classification/agreement.ts'
import type { MaskAgreement, MeanAgreement } from '../../core/tasks/segmentation/agreement.ts'
import type { TaskAgreement } from '../../core/tasks/verification.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import type { Box } from '../../core/image/boxes.ts'
import { namesOf, type ModelCard } from '../../core/model/card.ts'
import type { InputFailure } from '../study/failures.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { Workbench } from '../workbench.ts'

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

/** Without pixels: a study's worth of these is kept. */
export interface Found {
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

/** What was found, in words, with its agreement with the labels. */
export function reportOf(
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

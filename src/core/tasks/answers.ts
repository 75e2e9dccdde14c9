import type { Box, LabelledBox } from '../image/boxes.ts'
import type { Mask } from '../image/mask.ts'
import { namesOf, type ModelCard } from '../model/card.ts'
import { classNames } from './class-names.ts'

/** Class indices of one image: one of a single-label task, any number of a multi-label one or of masks. */
type Classes = readonly number[]

/** What the heads of classes, masks and boxes have in common. */
interface Scored {
  /** Predicted class indices, rising. */
  readonly classes: Classes
  /** Probability of what was predicted, in [0, 1]; of several decisions that of the least certain. */
  readonly confidence: number
  /** Per class, in [0, 1]; [1 − p, p] for binary heads. */
  readonly probabilities: readonly number[]
}

/** A class, a grade, or labels that may overlap. */
export interface ClassPrediction extends Scored {
  readonly kind: 'classes'
}

/** A number in the card's unit. */
export interface ValueAnswer {
  readonly kind: 'value'
  readonly value: number
}

/** What each pixel shows, on the image's own grid. */
export interface MaskPrediction extends Scored {
  readonly kind: 'mask'
  readonly mask: Mask
}

/** What is found where, in the image's own pixels. */
export interface BoxPrediction extends Scored {
  readonly kind: 'boxes'
  readonly boxes: readonly Box[]
}

/** What a model says of one image. A new task takes one of these, or adds its own. */
export type Prediction = ClassPrediction | ValueAnswer | MaskPrediction | BoxPrediction

/** What is kept of a study's predictions: no masks. */
export type KeptPrediction = Exclude<Prediction, MaskPrediction> | Omit<MaskPrediction, 'mask'>

export interface ClassLabel {
  readonly kind: 'classes'
  readonly classes: Classes
}

export interface MaskLabel {
  readonly kind: 'mask'
  readonly classes: Classes
  readonly mask: Mask
  /** What a targeted attack wants instead, where a file says so. */
  readonly wanted?: Mask
}

export interface BoxLabel {
  readonly kind: 'boxes'
  readonly classes: Classes
  readonly boxes: readonly LabelledBox[]
}

/** What a frame shows. Every prediction is one: without a labels file, attacks go away from it. */
export type FrameLabel = ClassLabel | ValueAnswer | MaskLabel | BoxLabel

/** A prediction as records keep it; `value` in the card's unit, and no confidence, of a number. */
export interface RecordedPrediction {
  readonly classes: number[]
  readonly confidence: number | null
  readonly probabilities: number[]
  readonly value?: number | undefined
}

/** A prediction without masks and boxes, which records keep elsewhere. */
export function recordedPrediction(prediction: KeptPrediction): RecordedPrediction {
  if (prediction.kind === 'value')
    return { classes: [], confidence: null, probabilities: [], value: prediction.value }
  const { classes, confidence, probabilities } = prediction
  return { classes: [...classes], confidence, probabilities: [...probabilities] }
}

/** What a record says of an image: classes, or a number. */
export type Answer = ClassLabel | ValueAnswer

/** A prediction or a label, also a recorded one, without masks and boxes. */
export function answerOf(
  given: FrameLabel | KeptPrediction | { readonly classes: Classes; readonly value?: number | undefined },
): Answer {
  if ('value' in given && given.value !== undefined) return { kind: 'value', value: given.value }
  return { kind: 'classes', classes: 'classes' in given ? given.classes : [] }
}

/** Class indices of an answer; none of a number. */
export function classesOfAnswer(answer: KeptPrediction | FrameLabel): Classes {
  return answer.kind === 'value' ? [] : answer.classes
}

/** Answers in words: classes by name, joined by '; ', or the number to six digits with its unit. */
export function answerText(card: Pick<ModelCard, 'output'>): (answer: KeptPrediction | FrameLabel) => string {
  const { output } = card
  const names = namesOf(card)
  const unit = 'unit' in output && output.unit !== '' ? ` ${output.unit}` : ''
  return (answer) =>
    answer.kind === 'value'
      ? `${Number(answer.value.toPrecision(6))}${unit}`
      : classNames(answer.classes, names)
}

/** A label with the masks that an attack wants instead, where a file says so. */
export function withWanted(label: FrameLabel, wanted: Mask | undefined): FrameLabel {
  return wanted === undefined || label.kind !== 'mask' ? label : { ...label, wanted }
}

import type { GoalSpec } from '../spec/attack-spec.ts'
import type { DetectionAgreement } from '../evaluate/detection.ts'
import type { DetectionChange } from '../evaluate/summary.ts'
import type { Mask } from '../image/mask.ts'
import type { CardIssue } from '../model/card-issues.ts'
import type { CardField } from '../model/card-fields.ts'
import type { JsonObject } from '../model/card-place.ts'
import type { CardOf } from '../model/card.ts'
import type { ModelFacts, OutputFacts, TensorFacts } from '../model/model-facts.ts'
import type { LossSpec } from '../model/ports.ts'
import type { OnnxModel } from '../onnx/graph.ts'
import type { ImageSize } from '../tensor/resample.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type {
  Answer,
  FrameLabel,
  KeptPrediction,
  MaskLabel,
  Prediction,
  RecordedPrediction,
} from './answers.ts'
import type { Agreement } from './classification/agreement.ts'
import type { TaskForm } from './form.ts'
import type { TaskGoal } from './goal.ts'
import type { ImageLabel, LabelRow, LabelTableRules } from './labels.ts'
import type { Task } from './outputs.ts'
import type { FrameParts } from './report-fields.ts'
import type { MaskAgreement, MeanAgreement, PixelSpacing } from './segmentation/agreement.ts'
import type { SegmentationOutput } from './segmentation/output.ts'
import type { TaskAgreement } from './verification.ts'

/** What a model gives, against what its card says. */
export interface OutputRules<T extends Task> {
  /** What there is to say of each field of the card's `output` but its name. */
  readonly fields: readonly CardField[]
  /** What makes this task's losses flat, and what to do about it. */
  readonly flatLossTip: string
  /** Whether an output may hold the scores. @param extents beyond the batch */
  canBeOutput(extents: TensorFacts['shape']): boolean
  /** Whether a graph is of this task, as far as its output shows. */
  isLikely(facts: ModelFacts, output: OutputFacts | undefined): boolean
  /** The card's `output`, as far as the graph shows it. */
  propose(facts: ModelFacts, output: OutputFacts | undefined): JsonObject
  /** What the card says against the graph. */
  contradictions(card: CardOf<T>, facts: ModelFacts): CardIssue[]
  /** Whether the values that a model gives are what its card claims; undefined where it claims nothing. */
  claim(card: Pick<CardOf<T>, 'output'>): ClaimCheck | undefined
  /** The graph with one output in the place of several, of tasks that are read off several. */
  joined?(model: OnnxModel, output: CardOf<T>['output']): { readonly model: OnnxModel; readonly name: string }
}

/** @throws RadversaryError card-invalid. @param logits [N, K] or [N, K, h, w] */
export type ClaimCheck = (logits: Tensor, origin: { readonly isLogarithm: boolean }) => void

/** How the labels of a study are given: lines of a CSV, or masks. */
export type LabelRules<T extends Task> =
  | (LabelTableRules & {
      readonly kind: 'table'
      /** The name under which the file is looked for beside a study. */
      readonly file: string
      /** What all lines of one image say. @throws RadversaryError labels-invalid */
      read(rows: readonly LabelRow[], card: CardOf<T>): ImageLabel
    })
  | {
      readonly kind: 'masks'
      /** The folder that is looked for beside a study. */
      readonly file: string
      /** The head that decides which classes masks may show. */
      headOf(card: CardOf<T>): SegmentationOutput
      of(card: CardOf<T>, mask: Mask): MaskLabel
    }

/** A labelled frame and what a model says of it. */
export interface JudgedFrame {
  readonly label: FrameLabel
  readonly prediction: KeptPrediction
  /** Agreement of the masks, of dense tasks. */
  readonly segments?: MaskAgreement | undefined
}

/** How predictions agree with labels over a study; a task gives what it is judged by. */
export interface StudyAgreement {
  readonly agreement?: Agreement
  readonly segments?: readonly MeanAgreement[] | null
  readonly detection?: DetectionAgreement
}

/** A frame that was attacked. */
export interface AttackedFrame {
  readonly label: FrameLabel
  readonly before: Prediction
  /** Prediction on the pixels read back. */
  readonly after: Prediction
  readonly pixelSpacing: PixelSpacing | undefined
}

/** How results of a task are judged and reported. */
export interface ReportRules<T extends Task> {
  /** Agreement of labelled frames, at least one. */
  agreement(card: CardOf<T>, frames: readonly JudgedFrame[]): StudyAgreement
  /** What records say of the whole study, before and after; undefined where a task has no such measure. */
  taskAgreement(
    card: CardOf<T>,
    rows: readonly { readonly label: Answer; readonly predicted: RecordedPrediction }[],
  ): TaskAgreement | undefined
  /** What a frame's result holds beside classes and numbers. */
  report(card: CardOf<T>, frame: AttackedFrame): FrameParts
  /**
   * That a record's parts are those of what is predicted again. @throws RadversaryError verification-failed
   */
  check(card: CardOf<T>, recorded: FrameParts, predicted: Prediction, file: string): void
  /** What a run's summary holds beside what every task has. */
  summary(card: CardOf<T>, frames: readonly FrameParts[]): { readonly detections?: DetectionChange }
}

/**
 * All that a task is. `tasks` has a row for each; `outputs` says what its models give. docs/architecture.md
 * shows what another task would take.
 */
export interface TaskRules<T extends Task = Task> extends OutputRules<T>, ReportRules<T> {
  readonly labels: LabelRules<T>
  /**
   * Predictions of images of one size from their logits; masks and boxes lie on the images' own grid. Throws
   * `tensor-invalid` for other logits.
   */
  predict(card: CardOf<T>, image: ImageSize, logits: Tensor): Prediction[]
  /** J against what the logits themselves say: what the gradient view shows. */
  ownLoss(card: CardOf<T>, logits: Tensor): LossSpec
  /** @throws RadversaryError usage for a class, criterion or loss that the task has not. */
  goal(card: CardOf<T>, request: GoalSpec): TaskGoal
  /** What a form asks of an attack, beside labels. */
  form(card: CardOf<T>): Omit<TaskForm, 'labels'>
}

/** What to do where a loss is flat, of tasks that leave a choice of it. */
export const otherLossTip = 'The loss is flat there. Choose another one (--loss), or a black box (square).'

/** Report rules of tasks that classes or numbers say all of. */
export const plainReports = {
  taskAgreement: () => undefined,
  report: () => ({}),
  check: () => undefined,
  summary: () => ({}),
} as const

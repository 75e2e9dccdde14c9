import type { AttackLoss } from '../attacks/attack.ts'
import type { Criterion } from '../attacks/decision-boundary.ts'
import { RadversaryError } from '../errors.ts'
import type { GoalSpec } from '../spec/attack-spec.ts'
import type { ImageSize } from '../tensor/resample.ts'
import type { Shape, Tensor } from '../tensor/tensor.ts'
import type { FrameLabel } from './answers.ts'

/** What an attack on a batch is after. */
export interface Goal {
  readonly loss: AttackLoss
  /** [N, K], [N, K, h, w] or [N, 4 + K, A]: the labels, or what is wanted. */
  readonly targets: Tensor
  readonly targeted: boolean
  readonly criterion: Criterion
}

/** A batch of frames of one size and what the model says of them, as far as goals depend on it. */
export interface FrameGrid {
  readonly image: ImageSize
  /** Shape of the logits: [N, K], [N, K, h, w] or [N, 4 + K, A]. */
  readonly logits: Shape
  /**
   * The logits of the images before they are attacked; undefined where only the criterion is asked for, or
   * goals don't depend on them.
   */
  readonly clean?: Tensor | undefined
}

/** What an attack is after, on any batch: made once, of the model's task and of what the user wants. */
export interface GoalMaker {
  /** In words, for the record. */
  readonly criterion: string
  of(labels: readonly FrameLabel[], grid: FrameGrid): Goal
}

/** What is wanted, read and checked. */
export interface TaskGoal {
  readonly maker: GoalMaker
  /**
   * The class's name, labels with what is wanted of them, `none`, `masks` for those of a file, `vanish`,
   * `false-positives`, or null for an attack away from the label.
   */
  readonly target: string | null
  /** The weights of J's parts, where a task has a choice. */
  readonly loss: Readonly<Record<string, number>> | undefined
}

/** Refuses fields that a task has no use for. @throws RadversaryError usage. */
export function refuse(what: string, request: GoalSpec, fields: readonly (keyof GoalSpec)[]): void {
  const foreign = fields.find((field) => request[field] !== undefined)
  if (foreign !== undefined)
    throw new RadversaryError(
      'usage',
      `Goal: expected no ${foreign} for ${what}, got "${request[foreign] ?? ''}"`,
    )
}

/** The name of a class; null of none. */
export function nameAt(index: number | undefined, classes: readonly string[]): string | null {
  return index === undefined ? null : (classes[index] ?? null)
}

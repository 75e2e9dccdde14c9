import type { AttackLoss } from '../../core/attacks/attack.ts'
import { anyLabelFlipped, labelsReached, misclassified, targetReached, type Criterion } from '../../core/attacks/criteria.ts'
import type { ClassificationOutput } from '../../core/model/card.ts'
import { lossKindOf, targetsOf } from '../../core/model/heads.ts'
import type { ImageSize } from '../../core/tensor/resample.ts'
import type { Shape, Tensor } from '../../core/tensor/tensor.ts'
import type { FrameLabel, Label } from '../labels.ts'

/** What an attack on a batch is after. */
export interface Goal {
  readonly loss: AttackLoss
  /** [N, K] or [N, K, h, w]: the labels, or what is wanted. */
  readonly targets: Tensor
  readonly targeted: boolean
  readonly criterion: Criterion
}

/** A batch of frames of one size and what the model says of them, as far as goals depend on it. */
export interface FrameGrid {
  readonly image: ImageSize
  /** Of the logits, [N, K] or [N, K, h, w]. */
  readonly logits: Shape
}

/** What an attack is after, on any batch: made once, of the model's task and of what the user wants. */
export interface GoalMaker {
  /** In words, for the record. */
  readonly criterion: string
  of(labels: readonly FrameLabel[], grid: FrameGrid): Goal
}

/**
 * Away from the labels or, with a `target`, towards that class. A multi-label head's target is a label to be set; its other labels are
 * meant to stay as they are.
 */
export function classGoals(head: ClassificationOutput, target: number | undefined): GoalMaker {
  const loss = lossKindOf(head)
  const goalOf = (labels: readonly Label[]) => ({
    loss,
    ...(target === undefined ? awayFrom(head, labels) : towards(head, labels, target)),
  })
  return { criterion: goalOf([]).criterion.name, of: (labels) => goalOf(labels.map(({ classes }) => classes)) }
}

function awayFrom(head: ClassificationOutput, labels: readonly Label[]): Omit<Goal, 'loss'> {
  const targets = targetsOf(head, labels)
  const criterion =
    head.activation === 'softmax' ? misclassified(labels.map(([label = NaN]) => label)) : anyLabelFlipped(targets, head.threshold)
  return { targets, targeted: false, criterion }
}

function towards(head: ClassificationOutput, labels: readonly Label[], target: number): Omit<Goal, 'loss'> {
  const wanted = labels.map((label) => (head.activation === 'multi-label-sigmoid' ? [...new Set([...label, target])] : [target]))
  const targets = targetsOf(head, wanted)
  switch (head.activation) {
    case 'softmax':
      return { targets, targeted: true, criterion: targetReached(labels.map(() => target)) }
    case 'binary-sigmoid':
      return { targets, targeted: true, criterion: labelsReached(targets, undefined, head.threshold) }
    case 'multi-label-sigmoid':
      return { targets, targeted: true, criterion: labelsReached(targets, [target], head.threshold) }
  }
}

import type { AttackLoss } from '../../core/attacks/attack.ts'
import {
  anyLabelFlipped,
  labelsReached,
  misclassified,
  targetReached,
  type Criterion,
} from '../../core/tasks/classification/criteria.ts'
import { gradeChanged, gradeReached } from '../../core/tasks/ordinal/criteria.ts'
import { valueChanged, valueReached } from '../../core/tasks/regression/criteria.ts'
import type { ClassificationOutput, OrdinalOutput, RegressionOutput } from '../../core/model/card.ts'
import { lossKindOf, targetsOf } from '../../core/tasks/classification/heads.ts'
import { valueTargets } from '../../core/tasks/regression/values.ts'
import type { ValueLoss } from '../../core/tasks/regression/losses.ts'
import type { ImageSize } from '../../core/tensor/resample.ts'
import type { Shape, Tensor } from '../../core/tensor/tensor.ts'
import type { FrameLabel, Label } from '../labels/labels.ts'

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

/**
 * What is wanted of labels that don't exclude each other, by index. Those that are not named are meant to
 * stay but don't count.
 */
export type LabelWishes = ReadonlyMap<number, 'raise' | 'lower' | 'leave'>

/** Away from the labels or, with a `target`, towards that class or those labels. */
export function classGoals(head: ClassificationOutput, target: number | LabelWishes | undefined): GoalMaker {
  const loss = lossKindOf(head)
  const goalOf = (labels: readonly Label[]) => ({
    loss,
    ...(target === undefined ? awayFrom(head, labels) : towards(head, labels, target)),
  })
  return makerOf(goalOf)
}

/** Away from the grades of the labels by at least `least`, or towards the grade `target`. */
export function gradeGoals(
  head: OrdinalOutput,
  { target, least }: { target: number | undefined; least: number },
): GoalMaker {
  const loss = lossKindOf(head)
  return makerOf((labels) => {
    const grades = labels.map(([grade = NaN]) => target ?? grade)
    const criterion = target === undefined ? gradeChanged(head, grades, least) : gradeReached(head, grades)
    const targets = targetsOf(
      head,
      grades.map((grade) => [grade]),
    )
    return { loss, targets, targeted: target !== undefined, criterion }
  })
}

/** What an attack on numbers is after: away from the labels by more than the tolerance, or to a value. */
export interface ValueChoice {
  readonly loss: ValueLoss
  readonly tolerance: number
  readonly target: number | undefined
}

/**
 * Where the label is the prediction itself, J is flat at the image: so it is taken against a value that is a
 * thousandth of the tolerance lower, and the first step goes up.
 */
export function valueGoals(head: RegressionOutput, { loss, tolerance, target }: ValueChoice): GoalMaker {
  const goalOf = (labels: readonly FrameLabel[]): Goal => {
    const values = labels.map(({ value = NaN }) => target ?? value)
    const isTargeted = target !== undefined
    return {
      loss,
      targeted: isTargeted,
      targets: valueTargets(
        head,
        values.map((value) => (isTargeted ? value : value - tolerance / 1000)),
      ),
      criterion: isTargeted ? valueReached(head, values, tolerance) : valueChanged(head, values, tolerance),
    }
  }
  return { criterion: goalOf([]).criterion.name, of: goalOf }
}

function makerOf(goalOf: (labels: readonly Label[]) => Goal): GoalMaker {
  return {
    criterion: goalOf([]).criterion.name,
    of: (labels) => goalOf(labels.map(({ classes }) => classes)),
  }
}

function awayFrom(head: ClassificationOutput, labels: readonly Label[]): Omit<Goal, 'loss'> {
  const targets = targetsOf(head, labels)
  const criterion =
    head.activation === 'softmax'
      ? misclassified(labels.map(([label = NaN]) => label))
      : anyLabelFlipped(targets, head.threshold)
  return { targets, targeted: false, criterion }
}

function towards(
  head: ClassificationOutput,
  labels: readonly Label[],
  target: number | LabelWishes,
): Omit<Goal, 'loss'> {
  if (typeof target !== 'number') return asWished(head, labels, target)
  const targets = targetsOf(
    head,
    labels.map(() => [target]),
  )
  const criterion =
    head.activation === 'softmax'
      ? targetReached(labels.map(() => target))
      : labelsReached(targets, undefined, head.threshold)
  return { targets, targeted: true, criterion }
}

function asWished(
  head: ClassificationOutput,
  labels: readonly Label[],
  wishes: LabelWishes,
): Omit<Goal, 'loss'> {
  const wanted = labels.map((label) => {
    const set = new Set(label)
    for (const [index, wish] of wishes) {
      if (wish === 'raise') set.add(index)
      if (wish === 'lower') set.delete(index)
    }
    return [...set]
  })
  const targets = targetsOf(head, wanted)
  const bar = head.activation === 'softmax' ? undefined : head.threshold
  return { targets, targeted: true, criterion: labelsReached(targets, [...wishes.keys()], bar) }
}

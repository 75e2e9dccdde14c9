import type { AttackLoss } from '../../core/attacks/attack.ts'
import { anyLabelFlipped, labelsReached, misclassified, targetReached, type Criterion } from '../../core/attacks/criteria.ts'
import { gradeChanged, gradeReached } from '../../core/attacks/grade-criteria.ts'
import type { ClassificationOutput, OrdinalOutput } from '../../core/model/card.ts'
import { lossKindOf, targetsOf } from '../../core/model/heads.ts'
import type { ImageSize } from '../../core/tensor/resample.ts'
import type { Shape, Tensor } from '../../core/tensor/tensor.ts'
import type { FrameLabel, Label } from '../labels.ts'

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
  /** Of the logits, [N, K], [N, K, h, w] or [N, 4 + K, A]. */
  readonly logits: Shape
  /** The logits of the images before they are attacked; undefined where only the criterion is asked for, or goals don't depend on them. */
  readonly clean?: Tensor | undefined
}

/** What an attack is after, on any batch: made once, of the model's task and of what the user wants. */
export interface GoalMaker {
  /** In words, for the record. */
  readonly criterion: string
  of(labels: readonly FrameLabel[], grid: FrameGrid): Goal
}

/** What is wanted of labels that don't exclude each other, by index. Those that are not named are meant to stay but don't count. */
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
export function gradeGoals(head: OrdinalOutput, { target, least }: { target: number | undefined; least: number }): GoalMaker {
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

function makerOf(goalOf: (labels: readonly Label[]) => Goal): GoalMaker {
  return { criterion: goalOf([]).criterion.name, of: (labels) => goalOf(labels.map(({ classes }) => classes)) }
}

function awayFrom(head: ClassificationOutput, labels: readonly Label[]): Omit<Goal, 'loss'> {
  const targets = targetsOf(head, labels)
  const criterion =
    head.activation === 'softmax' ? misclassified(labels.map(([label = NaN]) => label)) : anyLabelFlipped(targets, head.threshold)
  return { targets, targeted: false, criterion }
}

function towards(head: ClassificationOutput, labels: readonly Label[], target: number | LabelWishes): Omit<Goal, 'loss'> {
  if (typeof target !== 'number') return asWished(head, labels, target)
  const targets = targetsOf(
    head,
    labels.map(() => [target]),
  )
  const criterion =
    head.activation === 'softmax' ? targetReached(labels.map(() => target)) : labelsReached(targets, undefined, head.threshold)
  return { targets, targeted: true, criterion }
}

function asWished(head: ClassificationOutput, labels: readonly Label[], wishes: LabelWishes): Omit<Goal, 'loss'> {
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

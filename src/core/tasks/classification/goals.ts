import type { GoalSpec } from '../../spec/attack-spec.ts'
import { RadversaryError } from '../../errors.ts'
import { classesOfAnswer } from '../answers.ts'
import { classIndex } from '../class-names.ts'
import { nameAt, refuse, type Goal, type GoalMaker, type TaskGoal } from '../goal.ts'
import { anyLabelFlipped, labelsReached, misclassified, targetReached } from './criteria.ts'
import { lossKindOf, targetsOf } from './heads.ts'
import type { ClassificationOutput } from './output.ts'

/** Class indices of one image. */
type Classes = readonly number[]

/**
 * What is wanted of labels that don't exclude each other, by index. Those that are not named are meant to
 * stay but don't count.
 */
export type WantedLabels = ReadonlyMap<number, 'raise' | 'lower' | 'leave'>

/** Away from the labels or, with a `target`, towards that class or those labels. */
export function classGoals(head: ClassificationOutput, target: number | WantedLabels | undefined): GoalMaker {
  const loss = lossKindOf(head)
  return classGoalMaker((labels) => ({
    loss,
    ...(target === undefined ? awayFrom(head, labels) : towards(head, labels, target)),
  }))
}

/** Goals that depend on the labelled classes alone. */
export function classGoalMaker(goalOf: (labels: readonly Classes[]) => Goal): GoalMaker {
  return { criterion: goalOf([]).criterion.name, of: (labels) => goalOf(labels.map(classesOfAnswer)) }
}

function awayFrom(head: ClassificationOutput, labels: readonly Classes[]): Omit<Goal, 'loss'> {
  const targets = targetsOf(head, labels)
  const criterion =
    head.activation === 'softmax'
      ? misclassified(labels.map(([label = NaN]) => label))
      : anyLabelFlipped(targets, head.threshold)
  return { targets, targeted: false, criterion }
}

function towards(
  head: ClassificationOutput,
  labels: readonly Classes[],
  target: number | WantedLabels,
): Omit<Goal, 'loss'> {
  if (typeof target !== 'number') return asWanted(head, labels, target)
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

function asWanted(
  head: ClassificationOutput,
  labels: readonly Classes[],
  changes: WantedLabels,
): Omit<Goal, 'loss'> {
  const wanted = labels.map((label) => {
    const set = new Set(label)
    for (const [index, change] of changes) {
      if (change === 'raise') set.add(index)
      if (change === 'lower') set.delete(index)
    }
    return [...set]
  })
  const targets = targetsOf(head, wanted)
  const bar = head.activation === 'softmax' ? undefined : head.threshold
  return { targets, targeted: true, criterion: labelsReached(targets, [...changes.keys()], bar) }
}

/** @throws RadversaryError usage for a class that the head has not. */
export function classificationGoal(head: ClassificationOutput, request: GoalSpec): TaskGoal {
  refuse('classification', request, ['targetMasks', 'criterion', 'loss'])
  const { target } = request
  if (target === undefined) return { maker: classGoals(head, undefined), target: null, loss: undefined }
  if (head.activation !== 'multi-label-sigmoid') {
    const index = classIndex(target, head.classes)
    return { maker: classGoals(head, index), target: nameAt(index, head.classes), loss: undefined }
  }
  const wanted = parseWantedLabels(target, head.classes)
  const words = [...wanted].map(([index, what]) => `${head.classes[index] ?? ''}=${what}`)
  return { maker: classGoals(head, wanted), target: words.join(','), loss: undefined }
}

/** `Edema=raise,Mass=lower`; a name alone is raised. */
function parseWantedLabels(text: string, classes: readonly string[]): WantedLabels {
  const wanted = new Map<number, 'raise' | 'lower' | 'leave'>()
  for (const part of classes.includes(text.trim()) ? [text] : text.split(',')) {
    const [, name = part, what = 'raise'] = /^(.*?)\s*=\s*(raise|lower|leave)\s*$/.exec(part) ?? []
    wanted.set(classIndex(name.trim(), classes), what as 'raise' | 'lower' | 'leave')
  }
  if ([...wanted.values()].some((what) => what !== 'leave')) return wanted
  throw new RadversaryError('usage', `Target: expected a label to raise or lower, got "${text}"`, {
    tip: 'E.g. --target "Edema=raise,Mass=lower,Nodule=leave".',
  })
}

import {
  type Criterion,
  type DecisionBoundary,
  type Hyperplane,
  threshold as thresholdPlane,
} from '../../attacks/decision-boundary.ts'
import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import type { GoalSpec } from '../../spec/attack-spec.ts'
import { classIndex } from '../class-names.ts'
import { labelsReached, misclassified, targetReached } from '../classification/criteria.ts'
import { classGoalMaker } from '../classification/goals.ts'
import { gradeOf, lossKindOf, targetsOf } from '../classification/heads.ts'
import { type GoalMaker, nameAt, refuse, type TaskGoal } from '../goal.ts'
import type { OrdinalOutput } from './output.ts'

/** The predicted grade differs from the label's by at least `least` grades. */
function gradeChanged(head: OrdinalOutput, labels: readonly number[], least: number): Criterion {
  return {
    ...facesOfChange(head, labels, least),
    name: least === 1 ? 'grade changed' : `grade changed by at least ${least}`,
    isMet: (logits, sample) => Math.abs(gradeOf(head, logits) - entry(labels, sample)) >= least,
  }
}

/** The predicted grade is the wanted one. */
function gradeReached(head: OrdinalOutput, wanted: readonly number[]): Criterion {
  return {
    ...reachedAsClasses(head, wanted),
    name: 'grade reached',
    isMet: (logits, sample) => gradeOf(head, logits) === wanted[sample],
  }
}

function reachedAsClasses(head: OrdinalOutput, wanted: readonly number[]): Criterion {
  if (head.activation === 'softmax') return targetReached(wanted)
  const truth = targetsOf(
    head,
    wanted.map((grade) => [grade]),
  )
  return labelsReached(truth, undefined, head.threshold)
}

/**
 * Planes where there are some: with thresholds that fall, those of the nearest grades that are far enough; a
 * class's is exact for one grade.
 */
function facesOfChange(
  head: OrdinalOutput,
  labels: readonly number[],
  least: number,
): Pick<Criterion, 'boundary'> {
  if (head.activation === 'softmax') return least === 1 ? misclassified(labels) : {}
  const bar = Math.log(head.threshold) - Math.log1p(-head.threshold)
  return {
    boundary: (sample) => gradeBoundary(entry(labels, sample), { least, bar, grades: head.classes.length }),
  }
}

function gradeBoundary(
  label: number,
  { least, bar, grades }: { least: number; bar: number; grades: number },
): DecisionBoundary {
  const planes: Hyperplane[] = []
  if (label + least < grades) planes.push(thresholdPlane(label + least - 1, { bar, set: true }))
  if (label - least >= 0) planes.push(thresholdPlane(label - least, { bar, set: false }))
  return { need: 'any', planes }
}

/** Away from the grades of the labels by at least `least`, or towards the grade `target`. */
export function gradeGoals(
  head: OrdinalOutput,
  { target, least }: { target: number | undefined; least: number },
): GoalMaker {
  const loss = lossKindOf(head)
  return classGoalMaker((labels) => {
    const grades = labels.map(([grade = NaN]) => target ?? grade)
    const criterion = target === undefined ? gradeChanged(head, grades, least) : gradeReached(head, grades)
    const targets = targetsOf(
      head,
      grades.map((grade) => [grade]),
    )
    return { loss, targets, targeted: target !== undefined, criterion }
  })
}

/** @throws RadversaryError usage for a grade or a criterion that the head has not. */
export function ordinalGoal(head: OrdinalOutput, request: GoalSpec): TaskGoal {
  refuse('ordinal', request, ['targetMasks', 'loss'])
  const target = request.target === undefined ? undefined : classIndex(request.target, head.classes)
  if (target !== undefined) refuse('a wanted grade', request, ['criterion'])
  const maker = gradeGoals(head, { target, least: leastChange(request.criterion, head.classes.length) })
  return { maker, target: nameAt(target, head.classes), loss: undefined }
}

function leastChange(text: string | undefined, grades: number): number {
  if (text === undefined) return 1
  const least = Number(/^\s*change\s*>=\s*(\d+)\s*$/.exec(text)?.[1])
  if (least >= 1 && least < grades) return least
  throw new RadversaryError(
    'usage',
    `Criterion: expected change>=N, N from 1 to ${grades - 1} grades, got "${text}"`,
    {
      tip: 'E.g. --criterion "change>=2".',
    },
  )
}

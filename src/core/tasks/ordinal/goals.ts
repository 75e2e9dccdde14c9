import type { GoalSpec } from '../../spec/attack-spec.ts'
import { RadversaryError } from '../../errors.ts'
import { classIndex } from '../class-names.ts'
import { classGoalMaker } from '../classification/goals.ts'
import { lossKindOf, targetsOf } from '../classification/heads.ts'
import { nameAt, refuse, type GoalMaker, type TaskGoal } from '../goal.ts'
import { gradeChanged, gradeReached } from './criteria.ts'
import type { OrdinalOutput } from './output.ts'

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

import { gradeAgreement } from '../../evaluate/grades.ts'
import { classesOfAnswer } from '../answers.ts'
import { classRules } from '../classification/class-rules.ts'
import type { TaskRules } from '../rules.ts'
import { ordinalGoal } from './goals.ts'

/** A grade of an ordered scale for each image. */
export const ordinal: TaskRules<'ordinal'> = {
  ...classRules,
  goal: ({ output }, request) => ordinalGoal(output, request),
  form: () => ({
    target: { kind: 'class', words: [] },
    criteria: [{ of: 'away', criterion: 'change>=1' }],
    losses: [],
  }),
  taskAgreement: (_card, rows) => ({
    grades: gradeAgreement(
      rows.map(({ label, predicted }) => [classesOfAnswer(label)[0] ?? NaN, predicted.classes[0] ?? NaN]),
    ),
  }),
}

import { entry } from '../../entry.ts'
import { aucOf } from '../../evaluate/auc.ts'
import { classesOfAnswer } from '../answers.ts'
import type { TaskRules } from '../rules.ts'
import { classRules } from './class-rules.ts'
import { classificationGoal } from './goals.ts'

/** One class of several, yes or no, or labels that may overlap, for each image. */
export const classification: TaskRules<'classification'> = {
  ...classRules,
  goal: ({ output }, request) => classificationGoal(output, request),
  form: () => ({ target: { kind: 'class', words: [] }, criteria: [], losses: [] }),
  taskAgreement: ({ output }, rows) => {
    if (output.activation !== 'multi-label-sigmoid') return undefined
    const auc = output.classes.map((label, k) => {
      const scores = rows.map(({ predicted }) => entry(predicted.probabilities, k))
      return {
        label,
        ...aucOf(
          scores,
          rows.map((row) => classesOfAnswer(row.label).includes(k)),
        ),
      }
    })
    return { auc }
  },
}

import { aucOf, type Auc } from '../../core/evaluate/auc.ts'
import { gradeAgreement, type GradeAgreement } from '../../core/evaluate/grades.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { Prediction } from '../../core/tasks/classification/heads.ts'
import type { Said } from '../../core/tasks/class-names.ts'

/** What a task is judged by over a cohort, beside how often it is right. */
export interface TaskAgreement {
  /** Agreement of grades; ordinal tasks only. */
  readonly grades?: GradeAgreement
  /** Mean absolute error in the card's unit; regressions only. */
  readonly meanAbsoluteError?: number
  /** AUC of each label; only for tasks whose labels don't exclude each other. */
  readonly auc?: readonly (Auc & { readonly label: string })[]
}

export interface LabelledPrediction {
  readonly label: Said
  readonly predicted: Pick<Prediction, 'probabilities'> & Said
}

/** Undefined for other tasks. */
export function taskAgreement(
  { task, output }: ModelCard,
  rows: readonly LabelledPrediction[],
): TaskAgreement | undefined {
  if (task === 'ordinal')
    return {
      grades: gradeAgreement(
        rows.map(({ label, predicted }) => [label.classes[0] ?? NaN, predicted.classes[0] ?? NaN]),
      ),
    }
  if (task === 'regression') {
    const errors = rows.map(({ label, predicted }) =>
      Math.abs((predicted.value ?? NaN) - (label.value ?? NaN)),
    )
    return { meanAbsoluteError: errors.reduce((sum, error) => sum + error, 0) / errors.length }
  }
  if (task !== 'classification' || output.activation !== 'multi-label-sigmoid') return undefined
  const auc = output.classes.map((label, k) => {
    const scores = rows.map(({ predicted }) => predicted.probabilities[k] ?? NaN)
    return { label, ...aucOf(scores, rows.map((row) => row.label.classes.includes(k))) } // prettier-ignore
  })
  return { auc }
}

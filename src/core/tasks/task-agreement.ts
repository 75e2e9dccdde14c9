import type { Auc } from '../evaluate/auc.ts'
import type { GradeAgreement } from '../evaluate/grades.ts'

/** What a task is judged by over a cohort, beside how often it is right. */
export interface TaskAgreement {
  /** Agreement of grades. */
  readonly grades?: GradeAgreement
  /** Mean absolute error, in the card's unit, of numbers. */
  readonly meanAbsoluteError?: number
  /** AUC of each label; only where labels don't exclude each other. */
  readonly auc?: readonly (Auc & { readonly label: string })[]
}

import { RadversaryError } from '../errors.ts'
import type { Auc } from '../evaluate/auc.ts'
import type { GradeAgreement } from '../evaluate/grades.ts'

/** An export that is verified is not what its record says. */
export function verificationError(expected: string, got: string, file: string): RadversaryError {
  return new RadversaryError('verification-failed', `Export: expected ${expected}, got ${got}`, {
    file,
    tip: 'Verify on the device that the record names; if it happens again, repeat the attack.',
  })
}

/** What a task is judged by over a cohort, beside how often it is right. */
export interface TaskAgreement {
  /** Agreement of grades. */
  readonly grades?: GradeAgreement
  /** Mean absolute error, in the card's unit, of numbers. */
  readonly meanAbsoluteError?: number
  /** AUC of each label; only where labels don't exclude each other. */
  readonly auc?: readonly (Auc & { readonly label: string })[]
}

/** How predicted grades agree with those of labels. */
export interface GradeAgreement {
  /**
   * Cohen's kappa with quadratic weights (Cohen 1968); null where chance alone agrees wholly, as where only
   * one grade occurs.
   */
  readonly kappa: number | null
  /** Grades; null of nothing. */
  readonly meanAbsoluteError: number | null
}

/** @param pairs of the label's grade and the predicted one, from 0 to grades − 1 */
export function gradeAgreement(
  pairs: readonly (readonly [label: number, predicted: number])[],
): GradeAgreement {
  if (pairs.length === 0) return { kappa: null, meanAbsoluteError: null }
  const observed = meanOf(pairs.map(([label, predicted]) => (label - predicted) ** 2))
  const [labels, predictions] = [pairs.map(([label]) => label), pairs.map(([, predicted]) => predicted)]
  // Disagreement of independent draws: the mean over all pairs of a label and a prediction.
  const expected = meanOf(
    labels.map((label) => meanOf(predictions.map((predicted) => (label - predicted) ** 2))),
  )
  return {
    kappa: expected === 0 ? null : 1 - observed / expected,
    meanAbsoluteError: meanOf(pairs.map(([label, predicted]) => Math.abs(label - predicted))),
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

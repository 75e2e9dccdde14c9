import type { EvaluatedRow } from './robustness.ts'

/** Which case of a method an image is. */
export const caseKinds = ['worst', 'median', 'withstood'] as const
export type CaseKind = (typeof caseKinds)[number]

/** An image that stands for others. */
export interface ChosenCase {
  readonly kind: CaseKind
  readonly row: EvaluatedRow
}

/**
 * Chooses among images that were right before: the one fooled with the most confidence, the one in the middle of those
 * fooled, and of those that withstood the one with the least confidence left. Each image once; what there is
 * not is left out.
 */
export function chooseCases(rows: readonly EvaluatedRow[]): ChosenCase[] {
  const attacked = rows.filter(({ metBefore }) => !metBefore)
  const fooled = rising(attacked.filter(({ success }) => success)).reverse()
  const [worst] = fooled
  const median = fooled[Math.floor(fooled.length / 2)]
  const [withstood] = rising(attacked.filter(({ success }) => !success))
  return [
    ...(worst === undefined ? [] : [{ kind: 'worst' as const, row: worst }]),
    ...(median === undefined || median === worst ? [] : [{ kind: 'median' as const, row: median }]),
    ...(withstood === undefined ? [] : [{ kind: 'withstood' as const, row: withstood }]),
  ]
}

/** By the confidence after the attack; answers without one come first. */
function rising(rows: readonly EvaluatedRow[]): EvaluatedRow[] {
  const confidence = ({ after }: EvaluatedRow) => after.confidence ?? -1
  return rows.toSorted((a, b) => confidence(a) - confidence(b))
}

import type { DecisionBoundary } from './decision-boundary.ts'

/** When an attack on a sample has succeeded, as a function of the logits. */
export interface Criterion {
  /** In words, for records and reports. */
  readonly name: string
  /** `logits` is [K], those of sample `sample`. */
  isMet(logits: Float32Array, sample: number): boolean
  /**
   * The same as planes among K logits, for methods that look for the nearest one; absent where there are
   * none.
   */
  boundary?(sample: number, classes: number): DecisionBoundary
}

/** The index of the largest value, the first of several. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0
  for (let k = 1; k < values.length; k++) if ((values[k] ?? NaN) > (values[best] ?? NaN)) best = k
  return best
}

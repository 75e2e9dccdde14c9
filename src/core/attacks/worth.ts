import type { AttackMethod, AttackProblem } from './attack.ts'
import { lossOf } from './likelihood.ts'
import { rowOf } from './rows.ts'

/**
 * What a point is worth to whoever attacks: one that succeeds beats one that does not, then the greater
 * value.
 */
export interface Worth {
  readonly success: boolean
  readonly value: number
}

/** A point that may be kept, [C·H·W], its logits [K], and what the judge says of them. */
export interface Candidate {
  readonly image: Float32Array
  readonly logits: Float32Array
  readonly success: boolean
}

export type Valuer = (sample: number, candidate: Candidate) => Worth

/**
 * By the loss that attacks raise, or by what a method raises in its place; successes of methods that look for
 * the smallest perturbation by how small theirs is.
 */
export function valuerOf(
  { ball, keeps = 'last' }: AttackMethod,
  problem: AttackProblem,
  rank: (sample: number, logits: Float32Array) => number = lossIn(problem),
): Valuer {
  const { images } = problem
  return (sample, { image, logits, success }) => ({
    success,
    value:
      success && keeps === 'smallest' ? -ball.distance(image, rowOf(images, sample)) : rank(sample, logits),
  })
}

function lossIn({ loss, targets, targeted }: AttackProblem) {
  return (sample: number, logits: Float32Array) =>
    lossOf(loss, logits, rowOf(targets, sample)) * (targeted ? -1 : 1)
}

export function isBetter(a: Worth, b: Worth): boolean {
  return a.success === b.success ? a.value > b.value : a.success
}

/** The same of samples that depend on each other: more of them succeed, then the greater sum. */
export function isBetterTogether(a: readonly Worth[], b: readonly Worth[]): boolean {
  const successes = (worths: readonly Worth[]) => worths.filter(({ success }) => success).length
  const sum = (worths: readonly Worth[]) => worths.reduce((total, { value }) => total + value, 0)
  return successes(a) === successes(b) ? sum(a) > sum(b) : successes(a) > successes(b)
}

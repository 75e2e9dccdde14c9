import type { Rows, AttackMethod, AttackProblem } from './attack.ts'
import type { Judge } from './judge.ts'
import { lossOf } from './likelihood.ts'
import { rowOf } from './rows.ts'

/**
 * What a point is score to whoever attacks: one that succeeds beats one that does not, then the greater
 * value.
 */
export interface CandidateScore {
  readonly success: boolean
  readonly value: number
}

/** A point that may be kept, [C·H·W], its logits [K], and whether the judge takes them for a success. */
export interface Candidate {
  readonly image: Float32Array
  readonly logits: Float32Array
  readonly success: boolean
}

export type Scorer = (sample: number, candidate: Candidate) => CandidateScore

/**
 * By the loss that attacks raise, or by what a method raises in its place; successes of methods that look for
 * the smallest perturbation by how small theirs is.
 */
export function scorerOf(
  { ball, keeps = 'last', ranks = lossIn }: AttackMethod,
  problem: AttackProblem,
  rank: (sample: number, logits: Float32Array) => number = ranks(problem),
): Scorer {
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

export function isBetter(a: CandidateScore, b: CandidateScore): boolean {
  return a.success === b.success ? a.value > b.value : a.success
}

/** The same of samples that depend on each other: more of them succeed, then the greater sum. */
export function isBetterTogether(a: readonly CandidateScore[], b: readonly CandidateScore[]): boolean {
  const successes = (scores: readonly CandidateScore[]) => scores.filter(({ success }) => success).length
  const sum = (scores: readonly CandidateScore[]) => scores.reduce((total, { value }) => total + value, 0)
  return successes(a) === successes(b) ? sum(a) > sum(b) : successes(a) > successes(b)
}

interface ScoredPoint {
  readonly score: CandidateScore
  /** A copy. */
  readonly point: Float32Array
}

/** The best point of each sample that a restart came by, before rounding. */
export class BestCandidates {
  private readonly kept = new Map<number, ScoredPoint>()

  constructor(
    private readonly scorer: Scorer,
    private readonly judge: Judge,
  ) {}

  note(sample: number, point: Float32Array, logits: Float32Array): void {
    const success = this.judge.succeeds(logits, sample)
    const score = this.scorer(sample, { image: point, logits, success })
    const known = this.kept.get(sample)
    if (known === undefined || isBetter(score, known.score))
      this.kept.set(sample, { score, point: point.slice() })
  }

  noteAll(samples: readonly number[], points: Rows, logits: Rows): void {
    for (const sample of samples) this.note(sample, points.of(sample), logits.of(sample))
  }

  point(sample: number): Float32Array | undefined {
    return this.kept.get(sample)?.point
  }

  hasSucceeded(sample: number): boolean {
    return this.kept.get(sample)?.score.success === true
  }
}

import { smoothGaussian } from '../tensor/smoothing.ts'
import { extentOf, sampleOf, tensor, type Tensor } from '../tensor/tensor.ts'
import type { AttackMethod, AttackProblem } from './attack.ts'
import type { GradientTally } from './gradient-tally.ts'
import { rowOf } from './rows.ts'
import {
  isBetter,
  isBetterTogether,
  scorerOf,
  type Candidate,
  type Scorer,
  type CandidateScore,
} from './candidates.ts'
import type { AttackResult, SampleOutcome } from './attack-result.ts'

/** What a restart ended with for one sample. */
export interface Offer extends Candidate {
  /** Distance of the logits beyond the goal's planes; only for methods that look for the smallest change. */
  readonly margin: number | undefined
  readonly iterations: number
  /** Among all rounds of the attack. */
  readonly restart: number
  /** The method of the round. */
  readonly member: string
  /** The smoothed input of its last iteration, [C·H·W]. */
  readonly smoothed: Float32Array | undefined
}

interface Kept extends Pick<Offer, 'margin' | 'iterations' | 'restart' | 'member'> {
  readonly score: CandidateScore
  readonly hasSmoothed: boolean
}

/** The best image of each sample so far, as `scorerOf` has it. */
export class Best {
  private readonly adversarial: Tensor
  private readonly smoothed: Tensor
  private readonly after: Tensor
  private readonly kept = new Map<number, Kept>()
  private readonly scorer: Scorer

  constructor(
    private readonly method: AttackMethod,
    private readonly problem: AttackProblem,
  ) {
    this.scorer = scorerOf(method, problem)
    this.adversarial = tensor(problem.images.shape)
    this.smoothed = tensor(problem.images.shape)
    this.after = tensor(problem.targets.shape)
  }

  hasSucceeded(sample: number): boolean {
    return this.kept.get(sample)?.score.success === true
  }

  /** Copies what it keeps: of samples that depend on each other all or none. */
  offer(offers: ReadonlyMap<number, Offer>): void {
    const scores = new Map([...offers].map(([sample, offer]) => [sample, this.scorer(sample, offer)]))
    const isBest = this.problem.coupled === true ? this.areBest(scores) : undefined
    for (const [sample, score] of scores) {
      const kept = this.kept.get(sample)
      const offer = offers.get(sample)
      if (offer && (isBest ?? (kept === undefined || isBetter(score, kept.score))))
        this.keep(sample, score, offer)
    }
  }

  private areBest(scores: ReadonlyMap<number, CandidateScore>): boolean {
    return (
      this.kept.size === 0 ||
      isBetterTogether(
        [...scores.values()],
        [...this.kept.values()].map(({ score }) => score),
      )
    )
  }

  private keep(
    sample: number,
    score: CandidateScore,
    { image, logits, margin, iterations, restart, member, smoothed }: Offer,
  ): void {
    this.kept.set(sample, { score, margin, iterations, restart, member, hasSmoothed: smoothed !== undefined })
    rowOf(this.adversarial, sample).set(image)
    rowOf(this.after, sample).set(logits)
    if (smoothed) rowOf(this.smoothed, sample).set(smoothed)
  }

  /** Every sample has been offered; `before` are the images' logits. */
  result(before: Tensor, tally: GradientTally): Omit<AttackResult, 'notices'> {
    const { adversarial, smoothed, after } = this
    const samples = Array.from({ length: extentOf(before.shape, 0) }, (_, sample) => {
      if (this.kept.get(sample)?.hasSmoothed !== true)
        rowOf(smoothed, sample).set(smoothGaussian(sampleOf(adversarial, sample)).data)
      return this.outcome(sample, rowOf(before, sample), tally)
    })
    return { adversarial, smoothed, before, after, samples }
  }

  private outcome(sample: number, before: Float32Array, tally: GradientTally): SampleOutcome {
    const { score, margin, iterations = 0, restart = 0, member = '' } = this.kept.get(sample) ?? {}
    const { ball, keeps, members } = this.method
    const metBefore = this.problem.criterion.isMet(before, sample)
    const distance = ball.distance(rowOf(this.adversarial, sample), rowOf(this.problem.images, sample))
    const gradients = tally.of(sample)
    return {
      success: score?.success ?? false,
      metBefore,
      iterations,
      restart,
      ...(members === undefined ? {} : { member }),
      ...(keeps === 'smallest' ? { distance } : {}),
      ...(margin === undefined ? {} : { margin }),
      ...(Number.isFinite(ball.epsilon) && ball.epsilon > 0 ? { budgetUsed: distance / ball.epsilon } : {}),
      ...(gradients && { gradients: { ...gradients } }),
    }
  }
}

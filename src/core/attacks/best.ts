import { smoothGaussian } from '../tensor/gaussian.ts'
import { sampleOf, tensor, type Tensor } from '../tensor/tensor.ts'
import type { AttackProblem, AttackResult } from './attack.ts'
import { rowOf } from './rows.ts'
import { lossOf } from './likelihood.ts'

/** What a restart ended with for one sample. */
export interface Offer {
  /** The rounded image, [C·H·W]. */
  readonly image: Float32Array
  /** Its prediction, [K]. */
  readonly logits: Float32Array
  readonly success: boolean
  readonly iterations: number
  readonly restart: number
  /** The smoothed input of its last iteration, [C·H·W]. */
  readonly smoothed: Float32Array | undefined
}

interface Kept extends Pick<Offer, 'success' | 'iterations' | 'restart'> {
  readonly objective: number
  readonly hasSmoothed: boolean
}

/** The best image of each sample so far: one that succeeds before one that does not, then the one with the greater objective. */
export class Best {
  private readonly adversarial: Tensor
  private readonly smoothed: Tensor
  private readonly after: Tensor
  private readonly kept = new Map<number, Kept>()

  constructor(private readonly problem: AttackProblem) {
    this.adversarial = tensor(problem.images.shape)
    this.smoothed = tensor(problem.images.shape)
    this.after = tensor(problem.targets.shape)
  }

  hasSucceeded(sample: number): boolean {
    return this.kept.get(sample)?.success === true
  }

  /** Copies what it keeps. */
  offer(sample: number, { image, logits, success, iterations, restart, smoothed }: Offer): void {
    const { loss, targets, targeted } = this.problem
    const objective = lossOf(loss, logits, rowOf(targets, sample)) * (targeted ? -1 : 1)
    const kept = this.kept.get(sample)
    if (kept !== undefined && !isBetter({ success, objective }, kept)) return
    this.kept.set(sample, { success, objective, iterations, restart, hasSmoothed: smoothed !== undefined })
    rowOf(this.adversarial, sample).set(image)
    rowOf(this.after, sample).set(logits)
    if (smoothed) rowOf(this.smoothed, sample).set(smoothed)
  }

  /** Every sample has been offered; `before` are the images' logits. */
  result(before: Tensor): AttackResult {
    const { adversarial, smoothed, after } = this
    const samples = Array.from({ length: before.shape[0] ?? 0 }, (_, sample) => {
      const { success = false, iterations = 0, restart = 0, hasSmoothed } = this.kept.get(sample) ?? {}
      if (!hasSmoothed) rowOf(smoothed, sample).set(smoothGaussian(sampleOf(adversarial, sample)).data)
      const metBefore = this.problem.criterion.isMet(rowOf(before, sample), sample)
      return { success, metBefore, iterations, restart }
    })
    return { adversarial, smoothed, before, after, samples }
  }
}

function isBetter(a: Pick<Kept, 'success' | 'objective'>, b: Pick<Kept, 'success' | 'objective'>): boolean {
  return a.success === b.success ? a.objective > b.objective : a.success
}

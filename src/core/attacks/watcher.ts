import type { AttackProblem, SampleEvent, StepTaken } from './attack.ts'
import { rowOf } from './rows.ts'
import { perturbationStatistics, type PerturbationStatistics } from './kernels.ts'
import { divergenceFrom, divergenceOf, lossOf, probabilitiesOf, toldProbabilities } from './likelihood.ts'
import type { RestartWalk, Seen } from './walk.ts'

interface Noted {
  readonly statistics: PerturbationStatistics
  /** A copy: the method writes the next one over it. */
  readonly smoothedTarget: Float32Array | undefined
}

/**
 * Makes the events of one restart. An iteration is noted when it has been made, and told when the prediction
 * at its x_t is known, in the next iteration's forward pass: so watching costs no pass through the model.
 */
export class Watcher {
  private readonly signs: Int8Array
  private noted = new Map<number, Noted>()
  private previous = new Map<number, Float32Array>()

  constructor(
    private readonly problem: AttackProblem,
    private readonly walk: RestartWalk,
  ) {
    this.signs = new Int8Array(problem.images.data.length)
  }

  /** After the step that made x_t. */
  note({ direction, smoothed }: StepTaken): void {
    const { walk } = this
    const size = walk.x.data.length / (walk.x.shape[0] ?? 1)
    const entries = walk.active().map((sample): [number, Noted] => {
      const signs = this.signs.subarray(sample * size, (sample + 1) * size)
      const statistics = perturbationStatistics(
        rowOf(walk.x, sample),
        rowOf(walk.images, sample),
        direction.of(sample),
        signs,
      )
      return [sample, { statistics, smoothedTarget: smoothed && rowOf(smoothed.target, sample).slice() }]
    })
    this.noted = new Map(entries)
  }

  /**
   * Once f(x_t) is known: the events of the samples that were moved to x_t. The first time, x_0, there are
   * none.
   */
  tell(seen: Seen, iteration: number): SampleEvent[] {
    const events = [...this.noted].map(([sample, noted]) => this.event(sample, noted, seen, iteration))
    this.previous = new Map(
      [...seen.success.keys()].map((sample) => [
        sample,
        probabilitiesOf(this.problem.loss, seen.logits.of(sample)),
      ]),
    )
    this.noted = new Map()
    return events
  }

  private event(
    sample: number,
    { statistics, smoothedTarget }: Noted,
    seen: Seen,
    iteration: number,
  ): SampleEvent {
    const { loss, targets } = this.problem
    const logits = seen.logits.of(sample)
    const p = probabilitiesOf(loss, logits)
    const label = rowOf(targets, sample)
    const previous = this.previous.get(sample)
    return {
      sample,
      deviation: lossOf(loss, logits, label),
      stabilization: smoothedTarget ? -lossOf(loss, logits, smoothedTarget) : null,
      klToLabel: divergenceFrom(loss, label, logits),
      klToSmoothed: smoothedTarget ? divergenceOf(loss, p, smoothedTarget) : null,
      klToPrevious: previous ? divergenceOf(loss, p, previous) : null,
      perturbationMean: statistics.mean,
      perturbationVariance: statistics.variance,
      signAgreement: iteration === 1 ? null : statistics.signAgreement,
      probabilities: toldProbabilities(loss, p),
      smoothedTarget: smoothedTarget ? toldProbabilities(loss, smoothedTarget) : null,
      success: seen.success.get(sample) ?? false,
    }
  }
}

import { extentOf } from '../tensor/tensor.ts'
import type { AttackProblem, StepTaken } from './attack.ts'
import { rowOf } from './rows.ts'
import { perturbationStatistics, type PerturbationStatistics } from '../math/kernels.ts'
import { divergenceFrom, divergenceOf, lossOf, probabilitiesOf, reportedProbabilities } from './likelihood.ts'
import type { RestartState, Evaluation } from './attack-state.ts'
import type { SampleEvent } from './attack-result.ts'

interface Noted {
  readonly statistics: PerturbationStatistics
  /** A copy: the method writes the next one over it. */
  readonly smoothedTarget: Float32Array | undefined
}

/** f(x_t), and its probabilities by sample. */
interface EvaluatedPoint {
  readonly evaluation: Evaluation
  readonly probabilities: ReadonlyMap<number, Float32Array>
  readonly iteration: number
}

/**
 * Makes the events of one restart. An iteration is noted when it has been made, and reported when the
 * prediction at its x_t is known, in the next iteration's forward pass: so watching costs no pass through the
 * model.
 */
export class Watcher {
  private readonly signs: Int8Array
  private noted = new Map<number, Noted>()
  private previous = new Map<number, Float32Array>()
  private readonly divergences = new Map<number, (logits: Float32Array) => number>()

  constructor(
    private readonly problem: AttackProblem,
    private readonly state: RestartState,
  ) {
    this.signs = new Int8Array(problem.images.data.length)
  }

  /** After the step that made x_t. */
  note({ direction, smoothed }: StepTaken): void {
    const { state } = this
    const size = state.x.data.length / extentOf(state.x.shape, 0)
    const entries = state.active().map((sample): [number, Noted] => {
      const signs = this.signs.subarray(sample * size, (sample + 1) * size)
      const statistics = perturbationStatistics(
        rowOf(state.x, sample),
        rowOf(state.images, sample),
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
  events(evaluation: Evaluation, iteration: number): SampleEvent[] {
    const probabilities = new Map<number, Float32Array>()
    for (const sample of evaluation.success.keys())
      probabilities.set(sample, probabilitiesOf(this.problem.loss, evaluation.logits.of(sample)))
    const events = [...this.noted].map(([sample, noted]) =>
      this.event(sample, noted, { evaluation, probabilities, iteration }),
    )
    this.previous = probabilities
    this.noted = new Map()
    return events
  }

  /** Divergence of a sample from its label, whose part is worked out once. */
  private divergenceFromLabel(sample: number): (logits: Float32Array) => number {
    const { loss, targets } = this.problem
    const known = this.divergences.get(sample) ?? divergenceFrom(loss, rowOf(targets, sample))
    this.divergences.set(sample, known)
    return known
  }

  private event(
    sample: number,
    { statistics, smoothedTarget }: Noted,
    { evaluation, probabilities, iteration }: EvaluatedPoint,
  ): SampleEvent {
    const { loss, targets } = this.problem
    const logits = evaluation.logits.of(sample)
    const p = probabilities.get(sample) ?? probabilitiesOf(loss, logits)
    const label = rowOf(targets, sample)
    const previous = this.previous.get(sample)
    return {
      sample,
      deviation: lossOf(loss, logits, label),
      stabilization: smoothedTarget ? -lossOf(loss, logits, smoothedTarget) : null,
      klToLabel: this.divergenceFromLabel(sample)(logits),
      klToSmoothed: smoothedTarget ? divergenceOf(loss, p, smoothedTarget) : null,
      klToPrevious: previous ? divergenceOf(loss, p, previous) : null,
      perturbationMean: statistics.mean,
      perturbationVariance: statistics.variance,
      signAgreement: iteration === 1 ? null : statistics.signAgreement,
      probabilities: reportedProbabilities(loss, p),
      smoothedTarget: smoothedTarget ? reportedProbabilities(loss, smoothedTarget) : null,
      success: evaluation.success.get(sample) ?? false,
    }
  }
}

import type { Notice } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** One sample after one iteration; t counts from 1, so that x_0 is the start. */
export interface SampleEvent {
  readonly sample: number
  /** J(f(x_t), y). */
  readonly deviation: number
  /** L_STA = −J(f(x_t), s_{t−1}); null for methods without smoothing. */
  readonly stabilization: number | null
  /** KL(y ‖ f(x_t)), nats: of hard labels the cross-entropy. */
  readonly klToLabel: number
  /** KL(f(x_t) ‖ s_{t−1}); a hard target's zeros count as 1e-12; null for methods without smoothing. */
  readonly klToSmoothed: number | null
  /** KL(f(x_t) ‖ f(x_{t−1})); null where f(x_{t−1}) was not evaluated. */
  readonly klToPrevious: number | null
  /** Mean of x_t − x over the sample's pixels, relative intensity. */
  readonly perturbationMean: number
  /** Variance of x_t − x over the sample's pixels. */
  readonly perturbationVariance: number
  /**
   * Fraction of the pixels that are moved where the step has the sign of the step before; null in the first
   * iteration.
   */
  readonly signAgreement: number | null
  /** f(x_t), [K]; of dense outputs the mean over pixels. */
  readonly probabilities: readonly number[]
  /**
   * s_{t−1} = f(x̃_{t−1}), [K], of dense outputs the mean over pixels; null for methods without smoothing.
   */
  readonly smoothedTarget: readonly number[] | null
  /**
   * Whether the criterion is met; judged on the rounded image in a sample's last event, and always where
   * samples stop early.
   */
  readonly success: boolean
}

/** Progress: emitted once the prediction at x_t is known, that is in the next iteration's forward pass. */
export interface AttackEvent {
  /** Counts from 1. */
  readonly iteration: number
  readonly steps: number
  /** Counts from 0. */
  readonly restart: number
  readonly restarts: number
  /** The samples that were at work. */
  readonly samples: readonly SampleEvent[]
}

/** Gradients that an attack has asked for of one sample. */
export interface Gradients {
  readonly asked: number
  /** Those that were zero at every pixel that may change: nothing could be followed. */
  readonly zero: number
}

export interface SampleOutcome {
  /** Judged on the rounded image by a prediction of its own; of a smallest change by a margin. */
  readonly success: boolean
  /** Whether the criterion was met before the attack. */
  readonly metBefore: boolean
  /** Iterations that made the returned image. */
  readonly iterations: number
  /** The restart that it comes from, counted from 0; of an ensemble, through all its members. */
  readonly restart: number
  /** The ensemble's member that it comes from. */
  readonly member?: string
  /** Norm of the rounded perturbation, relative intensity, of methods that look for the smallest. */
  readonly distance?: number
  /**
   * Distance of the logits beyond the goal's planes, e.g. the best other class's minus the label's; below 0
   * where the attack has failed. Only for the smallest change towards a goal that planes divide.
   */
  readonly margin?: number
  /** Norm of the rounded perturbation as a part of the budget, of methods that have one. */
  readonly budgetUsed?: number
  /** Gradients asked for through all restarts and members; only methods that follow gradients. */
  readonly gradients?: Gradients
}

export interface AttackResult {
  /** [N, C, H, W], rounded to storable values. */
  readonly adversarial: Tensor
  /**
   * SMIA's last smoothed input; for other methods the Gaussian of the result. Not rounded, may leave the
   * bounds.
   */
  readonly smoothed: Tensor
  /** Logits of the images, [N, K] or [N, K, h, w]. */
  readonly before: Tensor
  /** Logits of the rounded adversarial images, [N, K]. */
  readonly after: Tensor
  readonly samples: readonly SampleOutcome[]
  readonly notices: readonly Notice[]
}

/** What one member of an ensemble did. */
export interface MemberResult {
  readonly member: string
  /** Images that still held when its turn came. */
  readonly attacked: number
  readonly succeeded: number
}

/** In the order in which they ran. */
export function memberResults(
  members: readonly string[],
  outcomes: readonly Pick<SampleOutcome, 'success' | 'member'>[],
): MemberResult[] {
  let attacked = outcomes.length
  return members.map((member) => {
    const succeeded = outcomes.filter((outcome) => outcome.success && outcome.member === member).length
    const result = { member, attacked, succeeded }
    attacked -= succeeded
    return result
  })
}

import { accumulate, advance, toScaledSign } from '../math/kernels.ts'
import { tensor } from '../tensor/tensor.ts'
import type { AttackState, Rows, StepTaken } from './attack.ts'
import { rowOf } from './rows.ts'

/** How a method makes its direction of the gradient: momentum, smoothing. In place. */
export type Direct = (gradient: Float32Array, sample: number) => void

export interface SignVariant {
  readonly direct?: Direct
  /** The gradients of the samples at work, by default those of J at x_t. x_t is judged on the way. */
  readonly gradient?: () => Promise<Rows>
}

/** x_{t+1} = clip(project(x_t + step·sign(direct(∇J(f(x_t), y))))): the body of every sign method. */
export function signIteration(
  state: AttackState,
  stepSize: number,
  { direct, gradient = () => state.evaluate([state.deviation]) }: SignVariant = {},
): () => Promise<StepTaken> {
  const { x, box } = state
  return async () => {
    const direction = await gradient()
    for (const sample of state.active()) {
      const step = direction.of(sample)
      direct?.(step, sample)
      toScaledSign(step, stepSize)
      advance(rowOf(x, sample), step, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    return { direction }
  }
}

/** Points around x_t whose gradients are added up. */
export interface Probes {
  readonly count: number
  /** Writes the `index`-th point of a sample, [C·H·W]. */
  readonly place: (point: Float32Array, sample: number, index: number) => void
  /** Factor of its gradient; 1 by default. */
  readonly weight?: (index: number) => number
}

/**
 * Σ_i weight_i · ∇J(f(point_i), y) of the samples at work, zero where a pixel is frozen: as many passes as
 * probes.
 */
export async function gradientSum(
  state: AttackState,
  { count, place, weight = () => 1 }: Probes,
): Promise<Rows> {
  const points = tensor(state.x.shape)
  const sums = tensor(state.x.shape)
  for (let index = 0; index < count; index++) {
    for (const sample of state.active()) place(rowOf(points, sample), sample, index)
    const { gradient } = await state.gradientAt(points, [state.deviation])
    for (const sample of state.active())
      accumulate(rowOf(sums, sample), 1, gradient.of(sample), weight(index))
  }
  for (const sample of state.active()) state.freeze(rowOf(sums, sample), sample)
  return { of: (sample) => rowOf(sums, sample) }
}

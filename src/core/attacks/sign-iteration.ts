import { advance, toScaledSign } from '../math/kernels.ts'
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

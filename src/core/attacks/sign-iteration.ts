import type { Rows, StepTaken, Walk } from './attack.ts'
import { advance, toScaledSign } from './kernels.ts'
import { rowOf } from './rows.ts'

/** How a method makes its direction of the gradient: momentum, smoothing. In place. */
export type Direct = (gradient: Float32Array, sample: number) => void

/** x_{t+1} = clip(project(x_t + step·sign(direct(∇J(f(x_t), y))))): the body of every sign method. */
export function signIteration(walk: Walk, stepSize: number, direct?: Direct): () => Promise<StepTaken> {
  const { x, box } = walk
  return async () => {
    const gradient: Rows = await walk.evaluate([walk.deviation])
    for (const sample of walk.active()) {
      const step = gradient.of(sample)
      direct?.(step, sample)
      toScaledSign(step, stepSize)
      advance(rowOf(x, sample), step, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    return { direction: gradient }
  }
}

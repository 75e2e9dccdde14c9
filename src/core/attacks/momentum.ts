import { accumulate, countMovable, normL1 } from '../math/kernels.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import type { AttackState } from './attack.ts'
import { rowOf } from './rows.ts'
import type { Direct } from './sign-iteration.ts'

/**
 * g ← μ·g + ∇J / mean|∇J|, handed back in the gradient's place; `sums` [N, C, H, W] holds the g of all
 * samples. Equation 6 of the paper divides by the sum ‖∇J‖₁; the authors' code, and all that follow it, by
 * the mean. The signs are the same, but where a method looks ahead by g, only the mean makes that as long as
 * a step. It is taken over the pixels that may change.
 */
export function momentum(state: AttackState, decay: number, sums: Tensor = tensor(state.x.shape)): Direct {
  const movable = new Map<number, number>()
  return (gradient, sample) => {
    const [sum, norm] = [rowOf(sums, sample), normL1(gradient)]
    const pixels =
      movable.get(sample) ?? countMovable(rowOf(state.box.lower, sample), rowOf(state.box.upper, sample))
    movable.set(sample, pixels)
    accumulate(sum, decay, gradient, norm > 0 ? pixels / norm : 0)
    gradient.set(sum)
  }
}

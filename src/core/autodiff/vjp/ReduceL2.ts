import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = g x / y; 0 where the norm is 0, as normalisation by max(norm, ε) must not meet 0/0. */
export const ReduceL2: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const norm = reduction.y()
    return emit.mul(node.x, emit.where(emit.test('Greater', norm, 0), emit.div(reduction.g(), norm), 0))
  }
  return [ofData, null]
}

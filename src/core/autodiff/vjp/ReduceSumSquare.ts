import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'

/** dx = 2 g x */
export const ReduceSumSquare: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.mul(node.x, emit.mul(reduction.g(), 2)), null]
}

import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g exp(x − y), the softmax along the reduced axes. */
export const ReduceLogSumExp: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.mul(reduction.g(), emit.map('Exp', emit.sub(node.x, reduction.y()))), null]
}

import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g sign(x) */
export const ReduceL1: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.mul(reduction.g(), emit.map('Sign', node.x)), null]
}

import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g / Σ x = g exp(−y), repeated along the reduced axes. */
export const ReduceLogSum: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const inverseSum = () => emit.map('Exp', emit.map('Neg', reduction.y()))
  return [() => emit.expand(emit.mul(reduction.g(), inverseSum()), node.x.shape), null]
}

import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g, repeated along the axes that were summed. */
export const ReduceSum: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.expand(reduction.g(), node.x.shape), null]
}

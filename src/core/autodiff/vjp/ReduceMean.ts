import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g / count, repeated along the axes that were averaged. */
export const ReduceMean: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.expand(emit.mul(reduction.g(), 1 / reduction.count), node.x.shape), null]
}

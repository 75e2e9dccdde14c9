import type { VjpRule } from '../rule.ts'

/** da = g, db = g, each summed over what was broadcast. */
export const Add: VjpRule = (node, emit) =>
  node.inputs.map((_, index) => () => emit.sumTo(node.g, node.input(index).shape))

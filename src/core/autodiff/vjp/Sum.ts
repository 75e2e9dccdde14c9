import type { VjpRule } from '../rule.ts'

/** Each input's cotangent is g, summed over what was broadcast. */
export const Sum: VjpRule = (node, emit) =>
  node.inputs.map((_, index) => () => emit.sumTo(node.g, node.input(index).shape))

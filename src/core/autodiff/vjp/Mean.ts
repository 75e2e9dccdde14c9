import type { VjpRule } from '../rule.ts'

/** Each operand's cotangent is g / count, summed over what was broadcast. */
export const Mean: VjpRule = (node, emit) => {
  const count = node.inputs.length
  return node.inputs.map((_, index) => () => emit.sumTo(emit.mul(node.g, 1 / count), node.input(index).shape))
}

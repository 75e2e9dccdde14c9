import type { VjpRule } from '../rule.ts'

/** da = g, db = −g, each summed over what was broadcast. */
export const Sub: VjpRule = (node, emit) => [
  () => emit.sumTo(node.g, node.input(0).shape),
  () => emit.sumTo(emit.map('Neg', node.g), node.input(1).shape),
]

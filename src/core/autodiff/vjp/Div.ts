import type { VjpRule } from '../rule.ts'

/** da = g / b, db = −g y / b, each summed over what was broadcast. */
export const Div: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  return [
    () => emit.sumTo(emit.div(node.g, b), a.shape),
    () => emit.sumTo(emit.map('Neg', emit.mul(node.g, emit.div(node.y, b))), b.shape),
  ]
}

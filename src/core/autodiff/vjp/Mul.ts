import type { VjpRule } from '../rule.ts'

/** da = g b, db = g a, each summed over what was broadcast. */
export const Mul: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  return [() => emit.sumTo(emit.mul(node.g, b), a.shape), () => emit.sumTo(emit.mul(node.g, a), b.shape)]
}

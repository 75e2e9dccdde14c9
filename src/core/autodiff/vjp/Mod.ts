import type { VjpRule } from '../rule.ts'

/**
 * y = a − b trunc(a / b) (fmod; floats have no other form): da = g, db = −g (a − y) / b, each summed over
 * what was broadcast.
 */
export const Mod: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  const quotient = () => emit.div(emit.sub(a, node.y), b)
  return [
    () => emit.sumTo(node.g, a.shape),
    () => emit.sumTo(emit.map('Neg', emit.mul(node.g, quotient())), b.shape),
  ]
}

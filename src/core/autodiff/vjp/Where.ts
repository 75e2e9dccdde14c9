import type { VjpRule } from '../rule.ts'

/** The cotangent goes to the operand that was chosen. */
export const Where: VjpRule = (node, emit) => {
  const [condition, a, b] = [node.input(0), node.input(1), node.input(2)]
  return [
    null,
    () => emit.sumTo(emit.where(condition, node.g, 0), a.shape),
    () => emit.sumTo(emit.where(condition, 0, node.g), b.shape),
  ]
}

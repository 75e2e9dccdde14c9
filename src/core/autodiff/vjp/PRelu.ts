import type { VjpRule } from '../rule.ts'

/** dx = g where x > 0, g slope elsewhere; d slope = Σ g x where x ≤ 0. */
export const PRelu: VjpRule = (node, emit) => {
  const { x, g } = node
  const slope = node.input(1)
  return [
    () => emit.where(emit.test('Greater', x, 0), g, emit.mul(g, slope)),
    () => emit.sumTo(emit.mul(g, emit.map('Min', x, 0)), slope.shape),
  ]
}

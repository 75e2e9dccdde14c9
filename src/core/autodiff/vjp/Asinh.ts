import type { VjpRule } from '../rule.ts'

/** dx = g / √(x² + 1) */
export const Asinh: VjpRule = ({ g, x }, emit) => [
  () => emit.div(g, emit.map('Sqrt', emit.add(emit.mul(x, x), 1))),
]

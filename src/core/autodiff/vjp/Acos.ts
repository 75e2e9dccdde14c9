import type { VjpRule } from '../rule.ts'

/** dx = −g / √(1 − x²) */
export const Acos: VjpRule = ({ g, x }, emit) => [
  () => emit.map('Neg', emit.div(g, emit.map('Sqrt', emit.sub(1, emit.mul(x, x))))),
]

import type { VjpRule } from '../rule.ts'

/** dx = g / √(1 − x²) */
export const Asin: VjpRule = ({ g, x }, emit) => [
  () => emit.div(g, emit.map('Sqrt', emit.sub(1, emit.mul(x, x)))),
]

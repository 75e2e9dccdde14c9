import type { VjpRule } from '../rule.ts'

/** dx = g / √(x² − 1) */
export const Acosh: VjpRule = ({ g, x }, emit) => [
  () => emit.div(g, emit.map('Sqrt', emit.sub(emit.mul(x, x), 1))),
]

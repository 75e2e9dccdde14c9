import type { VjpRule } from '../rule.ts'

/** dx = g 2/√π exp(−x²) */
export const Erf: VjpRule = ({ g, x }, emit) => [
  () => emit.mul(g, emit.mul(emit.map('Exp', emit.map('Neg', emit.mul(x, x))), 2 / Math.sqrt(Math.PI))),
]

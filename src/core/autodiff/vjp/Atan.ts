import type { VjpRule } from '../rule.ts'

/** dx = g / (1 + x²) */
export const Atan: VjpRule = ({ g, x }, emit) => [() => emit.div(g, emit.add(emit.mul(x, x), 1))]

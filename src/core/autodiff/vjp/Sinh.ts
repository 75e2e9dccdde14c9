import type { VjpRule } from '../rule.ts'

/** dx = g cosh x */
export const Sinh: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Cosh', x))]

import type { VjpRule } from '../rule.ts'

/** dx = g cos x */
export const Sin: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Cos', x))]

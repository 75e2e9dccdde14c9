import type { VjpRule } from '../rule.ts'

/** dx = g sinh x */
export const Cosh: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Sinh', x))]

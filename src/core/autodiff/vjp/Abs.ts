import type { VjpRule } from '../rule.ts'

/** dx = g sign(x) */
export const Abs: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Sign', x))]

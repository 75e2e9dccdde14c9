import type { VjpRule } from '../rule.ts'

/** dx = g (1 − y²) */
export const Tanh: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, emit.sub(1, emit.mul(y, y)))]

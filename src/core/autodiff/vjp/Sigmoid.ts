import type { VjpRule } from '../rule.ts'

/** dx = g y (1 − y) */
export const Sigmoid: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, emit.mul(y, emit.sub(1, y)))]

import type { VjpRule } from '../rule.ts'

/** dx = g sigmoid(x) */
export const Softplus: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Sigmoid', x))]

import type { VjpRule } from '../rule.ts'

/** dx = −g y² */
export const Reciprocal: VjpRule = ({ g, y }, emit) => [() => emit.map('Neg', emit.mul(g, emit.mul(y, y)))]

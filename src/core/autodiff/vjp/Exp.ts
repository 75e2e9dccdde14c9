import type { VjpRule } from '../rule.ts'

/** dx = g y */
export const Exp: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, y)]

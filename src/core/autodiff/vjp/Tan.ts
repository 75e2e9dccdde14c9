import type { VjpRule } from '../rule.ts'

/** dx = g (1 + y²) */
export const Tan: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, emit.add(emit.mul(y, y), 1))]

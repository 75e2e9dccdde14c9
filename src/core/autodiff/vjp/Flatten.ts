import type { VjpRule } from '../rule.ts'

/** dx = g in x's shape. */
export const Flatten: VjpRule = ({ g, x }, emit) => [() => emit.reshape(g, x.shape)]

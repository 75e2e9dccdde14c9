import type { VjpRule } from '../rule.ts'

/** dx = g in x's shape. */
export const Unsqueeze: VjpRule = ({ g, x }, emit) => [() => emit.reshape(g, x.shape), null]

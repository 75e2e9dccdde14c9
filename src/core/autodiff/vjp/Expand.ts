import type { VjpRule } from '../rule.ts'

/** dx = g summed over what was broadcast. */
export const Expand: VjpRule = ({ g, x }, emit) => [() => emit.sumTo(g, x.shape), null]

import type { VjpRule } from '../rule.ts'

/** dx = g / x */
export const Log: VjpRule = ({ g, x }, emit) => [() => emit.div(g, x)]

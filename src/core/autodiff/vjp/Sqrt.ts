import type { VjpRule } from '../rule.ts'

/** dx = g / 2y */
export const Sqrt: VjpRule = ({ g, y }, emit) => [() => emit.div(emit.mul(g, 0.5), y)]

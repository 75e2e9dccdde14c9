import type { VjpRule } from '../rule.ts'

/** dx = −g sin x */
export const Cos: VjpRule = ({ g, x }, emit) => [() => emit.map('Neg', emit.mul(g, emit.map('Sin', x)))]

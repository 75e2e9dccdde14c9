import type { VjpRule } from '../rule.ts'

/** dx = −g */
export const Neg: VjpRule = ({ g }, emit) => [() => emit.map('Neg', g)]

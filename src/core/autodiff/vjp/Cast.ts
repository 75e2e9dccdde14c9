import type { VjpRule } from '../rule.ts'

/** dx = g, in the input's type. All floating types are float32 here (core/autodiff/prepare.ts). */
export const Cast: VjpRule = ({ g }, emit) => [() => emit.cast(g, 'float32')]

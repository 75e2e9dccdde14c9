import type { VjpRule } from '../rule.ts'

/** dx = g */
export const Identity: VjpRule = ({ g }) => [() => g]

import type { VjpRule } from '../rule.ts'

/** In inference Dropout is the identity: dx = g. */
export const Dropout: VjpRule = ({ g }) => [() => g]

import { isPositive } from '../masks.ts'
import type { VjpRule } from '../rule.ts'

/**
 * dx = g where y > 0. The output is never negative, so it gives the mask; the input may stay fused into the
 * operation before.
 */
export const Relu: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, isPositive(y, emit))]

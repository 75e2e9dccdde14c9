import { sizeOf } from '../../tensor/tensor.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g / count, repeated over the spatial axes. */
export const GlobalAveragePool: VjpRule = ({ g, x }, emit) => {
  const count = sizeOf(x.shape.slice(2))
  return [() => emit.expand(emit.mul(g, 1 / count), x.shape)]
}

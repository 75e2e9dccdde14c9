import { numericValues } from '../../onnx/onnx-tensor.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * da = g b a^(b−1), written out for a constant 2 and 1/2; db = g y log a. Each summed over what was
 * broadcast.
 */
export const Pow: VjpRule = (node, emit) => {
  const { g, y } = node
  const [a, b] = [node.input(0), node.input(1)]
  const exponent =
    b.constant !== undefined && sizeOf(b.shape) === 1 ? numericValues(b.constant)[0] : undefined
  const ofBase = (): Value => {
    if (exponent === 2) return emit.mul(g, emit.mul(a, 2))
    if (exponent === 0.5) return emit.div(emit.mul(g, 0.5), y)
    if (exponent !== undefined) return emit.mul(g, emit.mul(emit.map('Pow', a, exponent - 1), exponent))
    return emit.mul(g, emit.mul(b, emit.map('Pow', a, emit.sub(b, 1))))
  }
  return [
    () => emit.sumTo(ofBase(), a.shape),
    () => emit.sumTo(emit.mul(g, emit.mul(y, emit.map('Log', a))), b.shape),
  ]
}

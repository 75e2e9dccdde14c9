import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * dx = g times the product of the other elements: y / x without zeros; with a single zero, only that
 * element's is not 0.
 */
export const ReduceProd: VjpRule = (node, emit) => {
  const { x } = node
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const isZero = emit.test('Equal', x, 0)
    const nonZero = emit.where(isZero, 1, x)
    const product = emit.reduce('ReduceProd', nonZero, reduction.axes)
    const otherZeros = emit.sub(
      emit.reduce('ReduceSum', emit.cast(isZero, 'float32'), reduction.axes),
      emit.cast(isZero, 'float32'),
    )
    const others = emit.where(emit.test('Equal', otherZeros, 0), emit.div(product, nonZero), 0)
    return emit.mul(reduction.g(), others)
  }
  return [ofData, null]
}

import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * The cotangent goes to the greatest operand, shared equally among equals; then summed over what was
 * broadcast.
 */
export const Max: VjpRule = (node, emit) => {
  const chosen = (operand: Value): Value => emit.cast(emit.test('Equal', operand, node.y), 'float32')
  const inputs = node.inputs.map((_, index) => node.input(index))
  const share = (): Value =>
    emit.div(node.g, emit.sum(inputs.map((each) => emit.expand(chosen(each), node.y.shape))))
  return inputs.map((each) => () => emit.sumTo(emit.mul(chosen(each), share()), each.shape))
}

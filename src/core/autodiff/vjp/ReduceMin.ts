import { reductionOf } from '../reduction.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = g at the least element, shared equally among equals. */
export const ReduceMin: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const chosen = emit.cast(emit.test('Equal', node.x, reduction.y()), 'float32')
    return emit.mul(chosen, emit.div(reduction.g(), emit.reduce('ReduceSum', chosen, reduction.axes)))
  }
  return [ofData, null]
}

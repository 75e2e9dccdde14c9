import { range } from '../shapes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = g at the greatest pixel, shared equally among equals. */
export const GlobalMaxPool: VjpRule = ({ g, x, y }, emit) => {
  const ofData = (): Value => {
    const chosen = emit.cast(emit.test('Equal', x, y), 'float32')
    return emit.mul(chosen, emit.div(g, emit.reduce('ReduceSum', chosen, range(x.shape.length).slice(2))))
  }
  return [ofData]
}

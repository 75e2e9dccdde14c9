import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * y = x / n, n the p-norm along the axis: dx = (g − d Σ g y) / n with d = y for p = 2 and sign(x) for p = 1;
 * 0 where n is 0.
 */
export const LpNormalization: VjpRule = (node, emit) => {
  const { g, x, y } = node
  const axes = [intAttribute(node, 'axis', -1)]
  const p = intAttribute(node, 'p', 2)
  const ofData = (): Value => {
    const norm = emit.reduce(p === 1 ? 'ReduceL1' : 'ReduceL2', x, axes)
    const direction = p === 1 ? emit.map('Sign', x) : y
    const tangential = emit.sub(g, emit.mul(direction, emit.reduce('ReduceSum', emit.mul(g, y), axes)))
    return emit.where(emit.test('Greater', norm, 0), emit.div(tangential, norm), 0)
  }
  return [ofData]
}

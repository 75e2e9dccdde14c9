import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** y = clip(α x + β, 0, 1): dx = α g where 0 < y < 1; y (1 − y) is positive just there. */
export const HardSigmoid: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 0.2)
  const inside = emit.test('Greater', emit.mul(node.y, emit.sub(1, node.y)), 0)
  return [() => emit.where(inside, emit.mul(node.g, alpha), 0)]
}

import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g where x > 0, α g elsewhere. */
export const LeakyRelu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 0.01)
  return [() => emit.where(emit.test('Greater', node.x, 0), node.g, emit.mul(node.g, alpha))]
}

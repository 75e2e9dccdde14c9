import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g where x > α */
export const ThresholdedRelu: VjpRule = (node, emit) => [
  () => emit.where(emit.test('Greater', node.x, floatAttribute(node, 'alpha', 1)), node.g, 0),
]

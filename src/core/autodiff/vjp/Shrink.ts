import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g where |x| > λ: hard and soft shrinkage differ by a constant there. */
export const Shrink: VjpRule = (node, emit) => [
  () =>
    emit.where(emit.test('Greater', emit.map('Abs', node.x), floatAttribute(node, 'lambd', 0.5)), node.g, 0),
]

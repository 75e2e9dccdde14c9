import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g where x > 0, g (y + α) elsewhere, as y = α (exp x − 1) there. */
export const Elu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 1)
  return [() => emit.mul(node.g, emit.where(emit.test('Greater', node.x, 0), 1, emit.add(node.y, alpha)))]
}

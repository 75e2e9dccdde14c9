import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g where x > 0, g (y + α) / α elsewhere, as y = α (exp(x / α) − 1) there. */
export const Celu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 1)
  const slope = () => emit.mul(emit.add(node.y, alpha), 1 / alpha)
  return [() => emit.mul(node.g, emit.where(emit.test('Greater', node.x, 0), 1, slope()))]
}

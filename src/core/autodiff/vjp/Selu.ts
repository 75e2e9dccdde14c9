import { floatAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g γ where x > 0, g (y + α γ) elsewhere, as y = γ α (exp x − 1) there. */
export const Selu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 1.6732631921768188)
  const gamma = floatAttribute(node, 'gamma', 1.0507010221481323)
  return [
    () =>
      emit.mul(node.g, emit.where(emit.test('Greater', node.x, 0), gamma, emit.add(node.y, alpha * gamma))),
  ]
}

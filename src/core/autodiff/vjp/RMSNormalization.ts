import { floatAttribute, intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * y = scale x̂, x̂ = x r, r = 1 / √(mean x² + ε) over the axes from `axis` on (opset 23): dx = r (s − x̂
 * mean(s x̂)), s = g scale.
 */
export const RMSNormalization: VjpRule = (node, emit) => {
  const { x, g } = node
  const scale = node.input(1)
  const axes = range(x.shape.length).slice(axisOf(intAttribute(node, 'axis', -1), x.shape.length))
  const inverse = (): Value => {
    const square = emit.reduce('ReduceMean', emit.mul(x, x), axes)
    return emit.map('Reciprocal', emit.map('Sqrt', emit.add(square, floatAttribute(node, 'epsilon', 1e-5))))
  }
  const ofData = (): Value => {
    const r = inverse()
    const [s, xHat] = [emit.mul(g, scale), emit.mul(x, r)]
    return emit.mul(r, emit.sub(s, emit.mul(xHat, emit.reduce('ReduceMean', emit.mul(s, xHat), axes))))
  }
  return [ofData, () => emit.sumTo(emit.mul(g, emit.mul(x, inverse())), scale.shape)]
}

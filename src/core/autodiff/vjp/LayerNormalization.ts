import { intAttribute } from '../../onnx/attributes.ts'
import { normalizationVjp, type Normalized } from '../normalization.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range, reducedShape } from '../shapes.ts'

/**
 * With x̂ = (x − mean) r over the axes from `axis` on, dx = r (s − mean s − x̂ mean(s x̂)), s = g scale. Mean
 * and r are outputs of the node.
 */
export const LayerNormalization: VjpRule = (node, emit) => {
  const { x, g } = node
  const scale = node.input(1)
  const first = axisOf(intAttribute(node, 'axis', -1), x.shape.length)
  const axes = range(x.shape.length).slice(first)
  const xHat = (): Normalized => {
    const shape = reducedShape(x.shape, axes, true)
    const mean = node.outputs[1] ?? emit.extraOutput(node.y, 1, shape, 'float32')
    const inverse = node.outputs[2] ?? emit.extraOutput(node.y, 2, shape, 'float32')
    return { xHat: emit.mul(emit.sub(x, mean), inverse), inverse }
  }
  return [
    () => normalizationVjp(emit.mul(g, scale), xHat(), axes, emit),
    () => emit.sumTo(emit.mul(g, xHat().xHat), scale.shape),
    () => emit.sumTo(g, node.input(2).shape),
  ]
}

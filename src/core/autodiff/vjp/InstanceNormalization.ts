import { floatAttribute } from '../../onnx/attributes.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import { normalized, normalizationVjp } from '../normalization.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * With x̂ = (x − mean) r and r = 1 / √(var + ε) over the spatial axes, dx = scale r (g − mean g − x̂ mean(g
 * x̂)). The scale, [C], is constant along them.
 */
export const InstanceNormalization: VjpRule = (node, emit) => {
  const { x, g } = node
  const [scale, bias] = [node.input(1), node.input(2)]
  const axes = range(x.shape.length).slice(2)
  const epsilon = floatAttribute(node, 'epsilon', 1e-5)
  const perChannel = [0, ...axes]
  const gScaled = (): Value => emit.mul(g, emit.reshape(scale, [sizeOf(scale.shape), ...axes.map(() => 1)]))
  return [
    () => normalizationVjp(gScaled(), normalized(x, axes, epsilon, emit), axes, emit),
    () =>
      emit.reshape(
        emit.reduce('ReduceSum', emit.mul(g, normalized(x, axes, epsilon, emit).xHat), perChannel),
        scale.shape,
      ),
    () => emit.reshape(emit.reduce('ReduceSum', g, perChannel), bias.shape),
  ]
}

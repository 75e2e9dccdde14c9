import { floatAttribute, intAttribute } from '../../onnx/attributes.ts'
import { floatValues } from '../../onnx/onnx-tensor.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** In inference the statistics are constants: dx = g scale / √(var + ε), computed here once. */
export const BatchNormalization: VjpRule = (node, emit) => {
  const [scale, variance] = [node.input(1).constant, node.input(4).constant]
  const ofData = (): Value => {
    if (intAttribute(node, 'training_mode', 0) !== 0) throw node.unsupported('inference', 'training_mode = 1')
    if (scale === undefined || variance === undefined)
      throw node.unsupported('constant statistics', 'computed ones')
    const epsilon = floatAttribute(node, 'epsilon', 1e-5)
    const variances = floatValues(variance)
    const factor = floatValues(scale).map(
      (each, channel) => each / Math.sqrt((variances[channel] ?? 0) + epsilon),
    )
    return emit.mul(node.g, emit.floats([factor.length, ...node.x.shape.slice(2).map(() => 1)], factor))
  }
  return [ofData, null, null, null, null]
}

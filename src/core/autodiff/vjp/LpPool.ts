import { intAttribute, intsAttribute } from '../../onnx/attributes.ts'
import { convolutionOf } from '../convolution.ts'
import { powerNormVjp } from '../power-norm.ts'
import type { VjpRule } from '../rule.ts'
import { spreadOverWindows } from '../transposed-convolution.ts'
import type { Value } from '../value.ts'

/**
 * y = (Σ |x|^p)^(1/p) over each window: dx = sign(x) |x|^(p−1) times g y^(1−p) summed over the windows that a
 * pixel is in.
 */
export const LpPool: VjpRule = (node, emit) => {
  const { x, y } = node
  const kernel = intsAttribute(node, 'kernel_shape') ?? []
  const geometry = convolutionOf(node, kernel, x.shape.slice(2), y.shape.slice(2))
  const overWindows = (scaled: Value): Value => spreadOverWindows(scaled, x.shape, geometry, emit)
  return [() => powerNormVjp(node, intAttribute(node, 'p', 2), overWindows, emit)]
}

import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = y (g − Σ g y) along the axis (opset 13: one axis, by default the last). */
export const Softmax: VjpRule = (node, emit) => {
  const { g, y } = node
  const axis = intAttribute(node, 'axis', -1)
  return [() => emit.mul(y, emit.sub(g, emit.reduce('ReduceSum', emit.mul(g, y), [axis])))]
}

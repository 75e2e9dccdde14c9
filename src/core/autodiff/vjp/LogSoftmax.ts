import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g − exp(y) Σ g along the axis (opset 13: one axis, by default the last). */
export const LogSoftmax: VjpRule = (node, emit) => {
  const { g, y } = node
  const axis = intAttribute(node, 'axis', -1)
  return [() => emit.sub(g, emit.mul(emit.map('Exp', y), emit.reduce('ReduceSum', g, [axis])))]
}

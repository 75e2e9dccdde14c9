import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = g where the values were taken from. */
export const TopK: VjpRule = (node, emit) => {
  const { x, g } = node
  const ofData = (): Value => {
    const indices = node.outputs[1]
    if (indices === undefined || indices.name === '') throw node.unsupported('an output Indices', 'none')
    const attributes = { axis: intAttribute(node, 'axis', -1) }
    return emit.op('ScatterElements', [emit.zeros(x.shape), indices, g], x.shape, { attributes })
  }
  return [ofData, null]
}

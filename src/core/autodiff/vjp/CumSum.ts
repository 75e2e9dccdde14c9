import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = the cumulative sum of g from the other end. */
export const CumSum: VjpRule = (node, emit) => {
  const attributes = {
    exclusive: intAttribute(node, 'exclusive', 0),
    reverse: 1 - intAttribute(node, 'reverse', 0),
  }
  return [() => emit.op('CumSum', [node.g, node.input(1)], node.x.shape, { attributes }), null]
}

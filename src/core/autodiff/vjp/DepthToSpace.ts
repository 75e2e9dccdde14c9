import { intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * dx = each block of g's pixels back in its channels: depth, row, column of the block (DCR) or column last of
 * all (CRD, PyTorch's pixel shuffle).
 */
export const DepthToSpace: VjpRule = (node, emit) => {
  const block = intAttribute(node, 'blocksize', 1)
  const isDepthFirst = stringAttribute(node, 'mode', 'DCR') === 'DCR'
  const ofData = (): Value => {
    const [n = 1, c = 1, h = 1, w = 1] = node.g.shape
    const blocks = emit.reshape(node.g, [n, c, h / block, block, w / block, block])
    return emit.reshape(
      emit.transpose(blocks, isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]),
      node.x.shape,
    )
  }
  return [ofData]
}

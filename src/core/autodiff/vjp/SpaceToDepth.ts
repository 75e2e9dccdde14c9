import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = the channels of g back in their block of pixels. */
export const SpaceToDepth: VjpRule = (node, emit) => {
  const block = intAttribute(node, 'blocksize', 1)
  const ofData = (): Value => {
    const [n = 1, c = 1, h = 1, w = 1] = node.x.shape
    const channels = emit.reshape(node.g, [n, block, block, c, h / block, w / block])
    return emit.reshape(emit.transpose(channels, [0, 3, 4, 1, 5, 2]), node.x.shape)
  }
  return [ofData]
}

import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = g put back where it was taken from, summed where something was taken twice. */
export const GatherElements: VjpRule = (node, emit) => {
  const attributes = { axis: intAttribute(node, 'axis', 0), reduction: 'add' }
  return [
    () =>
      emit.op('ScatterElements', [emit.zeros(node.x.shape), node.input(1), node.g], node.x.shape, {
        attributes,
      }),
    null,
  ]
}

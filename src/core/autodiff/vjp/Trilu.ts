import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'

/** dx = the same triangle of g. */
export const Trilu: VjpRule = (node, emit) => {
  const attributes = { upper: intAttribute(node, 'upper', 1) }
  return [() => emit.op('Trilu', [node.g, node.optionalInput(1) ?? null], node.x.shape, { attributes }), null]
}

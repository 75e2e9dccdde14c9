import { intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** d data = g, zeros where it was overwritten; d updates = g where they went. */
export const ScatterElements: VjpRule = (node, emit) => {
  const { x, g } = node
  const [indices, updates] = [node.input(1), node.input(2)]
  const attributes = { axis: intAttribute(node, 'axis', 0) }
  const reduction = stringAttribute(node, 'reduction', 'none')
  if (reduction !== 'none' && reduction !== 'add') throw node.unsupported('reduction none or add', reduction)
  const ofData = (): Value =>
    reduction === 'add'
      ? g
      : emit.op('ScatterElements', [g, indices, emit.zeros(updates.shape)], x.shape, { attributes })
  return [ofData, null, () => emit.op('GatherElements', [g, indices], updates.shape, { attributes })]
}

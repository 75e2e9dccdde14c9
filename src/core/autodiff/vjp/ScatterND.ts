import { stringAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** d data = g, zeros where it was overwritten; d updates = g where they went. */
export const ScatterND: VjpRule = (node, emit) => {
  const { x, g } = node
  const [indices, updates] = [node.input(1), node.input(2)]
  const reduction = stringAttribute(node, 'reduction', 'none')
  if (reduction !== 'none' && reduction !== 'add') throw node.unsupported('reduction none or add', reduction)
  const ofData = (): Value =>
    reduction === 'add' ? g : emit.op('ScatterND', [g, indices, emit.zeros(updates.shape)], x.shape)
  return [ofData, null, () => emit.op('GatherND', [g, indices], updates.shape)]
}

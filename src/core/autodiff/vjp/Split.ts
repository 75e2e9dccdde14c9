import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf } from '../shapes.ts'
import type { Value } from '../value.ts'

/** dx = the outputs' cotangents side by side, zeros for an output that nobody used. */
export const Split: VjpRule = (node, emit) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), node.x.shape.length)
  const part = (output: Value, index: number): Value => node.cotangents[index] ?? emit.zeros(output.shape)
  return [() => emit.concat(node.outputs.map(part), axis), null]
}

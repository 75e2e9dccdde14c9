import { intAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf } from '../shapes.ts'

/** Each input's cotangent is its part of g. */
export const Concat: VjpRule = (node, emit) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), node.y.shape.length)
  let end = 0
  return node.inputs.map((_, index) => {
    const input = node.input(index)
    const start = end
    end += input.shape[axis] ?? 0
    const ends = [end]
    return () => emit.slice(node.g, { axes: [axis], starts: [start], ends })
  })
}

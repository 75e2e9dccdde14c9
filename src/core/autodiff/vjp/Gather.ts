import { intAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { adjointAlong, oneHotRows, placed } from '../axis-map.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf } from '../shapes.ts'
import type { Value } from '../value.ts'

/** dx = g put back where it was taken from, summed where something was taken twice: a product with a 0-1 matrix, or padding for one index. */
export const Gather: VjpRule = (node, emit) => {
  const { x, g } = node
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length)
  const indices = node.input(1)
  const ofData = (): Value => {
    if (indices.constant === undefined) throw node.unsupported('constant indices', 'indices that depend on the image')
    const extent = x.shape[axis] ?? 1
    const taken = numericValues(indices.constant).map((index) => axisOf(index, extent))
    const rows = emit.reshape(g, x.shape.with(axis, taken.length))
    const [first = 0] = taken
    if (taken.every((index, position) => index === first + position)) return placed(rows, x.shape, axis, first, emit)
    return adjointAlong(rows, axis, oneHotRows(taken, extent), emit)
  }
  return [ofData, null]
}

import { intAttribute } from '../../onnx/attributes.ts'
import { numericValues, type OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import { adjointAlong, oneHotRows, placed } from '../axis-map.ts'
import type { Emitter } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * dx = g put back where it was taken from, summed where something was taken twice: a product with a 0-1
 * matrix, or padding for neighbours in order; a scatter where the indices depend on the image.
 */
export const Gather: VjpRule = (node, emit) => {
  const { x, g } = node
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length)
  const indices = node.input(1)
  const ofData = (): Value => {
    const rows = emit.reshape(g, x.shape.with(axis, sizeOf(indices.shape)))
    return indices.constant === undefined
      ? scattered(rows, x, axis, indices, emit)
      : putBack(rows, x, axis, indices.constant, emit)
  }
  return [ofData, null]
}

function putBack(rows: Value, x: Value, axis: number, indices: OnnxTensor, emit: Emitter): Value {
  const extent = x.shape[axis] ?? 1
  const taken = numericValues(indices).map((index) => axisOf(index, extent))
  const [first = 0] = taken
  if (taken.every((index, position) => index === first + position))
    return placed(rows, x.shape, axis, first, emit)
  return adjointAlong(rows, axis, oneHotRows(taken, extent), emit)
}

/** The gathered axis comes first, so that a row is all that goes to one index. */
function scattered(rows: Value, x: Value, axis: number, indices: Value, emit: Emitter): Value {
  const axes = range(x.shape.length)
  const permutation = [axis, ...axes.filter((each) => each !== axis)]
  const [first, target] = [emit.transpose(rows, permutation), permutation.map((each) => x.shape[each] ?? 1)]
  const at = emit.reshape(emit.cast(indices, 'int64'), [sizeOf(indices.shape), 1])
  const sums = emit.op('ScatterND', [emit.zeros(target), at, first], target, {
    attributes: { reduction: 'add' },
  })
  return emit.transpose(
    sums,
    axes.map((each) => permutation.indexOf(each)),
  )
}

import { intAttribute } from '../../onnx/attributes.ts'
import { int64Tensor } from '../../onnx/onnx-tensor.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import type { Value } from '../value.ts'

/** dx = g put back where it was taken from, summed where something was taken twice. */
export const GatherND: VjpRule = (node, emit) => {
  const { x, g } = node
  const indices = (): Value => withBatchIndices(node.input(1), intAttribute(node, 'batch_dims', 0), emit)
  return [
    () =>
      emit.op('ScatterND', [emit.zeros(x.shape), indices(), g], x.shape, {
        attributes: { reduction: 'add' },
      }),
    null,
  ]
}

/** Indices [...batch, ..., k] with the position in the batch before each, [...batch, ..., batchAxes + k]. */
function withBatchIndices(indices: Value, batchAxes: number, emit: Emitter): Value {
  if (batchAxes === 0) return indices
  const { shape } = indices
  const positions = shape.with(-1, batchAxes)
  const coordinates = range(sizeOf(positions)).map((at) => {
    const axis = at % batchAxes
    return Math.floor(at / batchAxes / sizeOf(shape.slice(axis + 1, -1))) % (shape[axis] ?? 1)
  })
  return emit.concat([emit.constant(int64Tensor(positions, coordinates)), indices], shape.length - 1)
}

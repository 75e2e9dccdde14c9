import { intsAttribute } from '../../onnx/attributes.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'

/** dx = g transposed back. */
export const Transpose: VjpRule = (node, emit) => {
  const rank = node.x.shape.length
  const permutation = intsAttribute(node, 'perm') ?? range(rank).toReversed()
  return [
    () =>
      emit.transpose(
        node.g,
        range(rank).map((axis) => permutation.indexOf(axis)),
      ),
  ]
}

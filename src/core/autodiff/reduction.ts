import { intAttribute } from '../onnx/attributes.ts'
import { numericValues } from '../onnx/onnx-tensor.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { Emitter } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'
import { axisOf, range, reducedShape } from './shapes.ts'
import type { Value } from './value.ts'

/** A Reduce… node, its output and cotangent brought to the shape with the reduced axes kept as 1. */
export interface Reduction {
  readonly axes: readonly number[]
  /** How many elements make one. */
  readonly count: number
  y(): Value
  g(): Value
}

export function reductionOf(node: ForwardNode, emit: Emitter): Reduction {
  const { shape } = node.x
  const axes = axesOf(node, shape.length)
  const kept = reducedShape(shape, axes, true)
  return {
    axes,
    count: sizeOf(axes.map((axis) => shape[axis] ?? 1)),
    y: () => emit.reshape(node.y, kept),
    g: () => emit.reshape(node.g, kept),
  }
}

/** Opset 18: the axes are an optional input; without them all axes, or none if noop_with_empty_axes. */
function axesOf(node: ForwardNode, rank: number): number[] {
  const input = node.optionalInput(1)
  if (input !== undefined && input.constant === undefined)
    throw node.unsupported('constant axes', 'axes that depend on the image')
  const axes = input?.constant === undefined ? [] : numericValues(input.constant)
  if (axes.length > 0) return axes.map((axis) => axisOf(axis, rank))
  return intAttribute(node, 'noop_with_empty_axes', 0) === 0 ? range(rank) : []
}

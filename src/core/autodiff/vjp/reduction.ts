import { intAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { extentOf, sizeOf } from '../../tensor/tensor.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range, reducedShape } from '../shapes.ts'

/** A Reduce… node, its output and cotangent brought to the shape with the reduced axes kept as 1. */
export interface Reduction {
  readonly axes: readonly number[]
  /** How many elements make one. */
  readonly count: number
  y(): Value
  g(): Value
}

function reductionOf(node: ForwardNode, emit: Emitter): Reduction {
  const { shape } = node.x
  const axes = axesOf(node, shape.length)
  const kept = reducedShape(shape, axes, true)
  return {
    axes,
    count: sizeOf(axes.map((axis) => extentOf(shape, axis))),
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

/** dx = g, repeated along the axes that were summed. */
export const ReduceSum: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.expand(reduction.g(), node.x.shape), null]
}

/** dx = g / count, repeated along the axes that were averaged. */
export const ReduceMean: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.expand(emit.mul(reduction.g(), 1 / reduction.count), node.x.shape), null]
}

/** dx = g at the greatest element, shared equally among equals. */
export const ReduceMax: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const chosen = emit.cast(emit.test('Equal', node.x, reduction.y()), 'float32')
    return emit.mul(chosen, emit.div(reduction.g(), emit.reduce('ReduceSum', chosen, reduction.axes)))
  }
  return [ofData, null]
}

/** dx = g at the least element, shared equally among equals. */
export const ReduceMin: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const chosen = emit.cast(emit.test('Equal', node.x, reduction.y()), 'float32')
    return emit.mul(chosen, emit.div(reduction.g(), emit.reduce('ReduceSum', chosen, reduction.axes)))
  }
  return [ofData, null]
}

/**
 * dx = g times the product of the other elements: y / x without zeros; with a single zero, only that
 * element's is not 0.
 */
export const ReduceProd: VjpRule = (node, emit) => {
  const { x } = node
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const isZero = emit.test('Equal', x, 0)
    const nonZero = emit.where(isZero, 1, x)
    const product = emit.reduce('ReduceProd', nonZero, reduction.axes)
    const otherZeros = emit.sub(
      emit.reduce('ReduceSum', emit.cast(isZero, 'float32'), reduction.axes),
      emit.cast(isZero, 'float32'),
    )
    const others = emit.where(emit.test('Equal', otherZeros, 0), emit.div(product, nonZero), 0)
    return emit.mul(reduction.g(), others)
  }
  return [ofData, null]
}

/** dx = g sign(x) */
export const ReduceL1: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.mul(reduction.g(), emit.map('Sign', node.x)), null]
}

/** dx = g x / y; 0 where the norm is 0, as normalisation by max(norm, ε) must not meet 0/0. */
export const ReduceL2: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const ofData = (): Value => {
    const norm = reduction.y()
    return emit.mul(node.x, emit.where(emit.test('Greater', norm, 0), emit.div(reduction.g(), norm), 0))
  }
  return [ofData, null]
}

/** dx = g / Σ x = g exp(−y), repeated along the reduced axes. */
export const ReduceLogSum: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  const inverseSum = () => emit.map('Exp', emit.map('Neg', reduction.y()))
  return [() => emit.expand(emit.mul(reduction.g(), inverseSum()), node.x.shape), null]
}

/** dx = g exp(x − y), the softmax along the reduced axes. */
export const ReduceLogSumExp: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.mul(reduction.g(), emit.map('Exp', emit.sub(node.x, reduction.y()))), null]
}

/** dx = 2 g x */
export const ReduceSumSquare: VjpRule = (node, emit) => {
  const reduction = reductionOf(node, emit)
  return [() => emit.mul(node.x, emit.mul(reduction.g(), 2)), null]
}

/** dx = the cumulative sum of g from the other end. */
export const CumSum: VjpRule = (node, emit) => {
  const attributes = {
    exclusive: intAttribute(node, 'exclusive', 0),
    reverse: 1 - intAttribute(node, 'reverse', 0),
  }
  return [() => emit.op('CumSum', [node.g, node.input(1)], node.x.shape, { attributes }), null]
}

/** dx = g where the values were taken from. */
export const TopK: VjpRule = (node, emit) => {
  const { x, g } = node
  const ofData = (): Value => {
    const indices = node.outputs[1]
    if (indices === undefined || indices.name === '') throw node.unsupported('an output Indices', 'none')
    const attributes = { axis: intAttribute(node, 'axis', -1) }
    return emit.op('ScatterElements', [emit.zeros(x.shape), indices, g], x.shape, { attributes })
  }
  return [ofData, null]
}

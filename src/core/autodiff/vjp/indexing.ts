import { intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { int64Tensor, numericValues, type OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { extentOf, sizeOf } from '../../tensor/tensor.ts'
import { adjointAlong, oneHotRows, placed } from '../axis-map.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range } from '../shapes.ts'

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
  const extent = extentOf(x.shape, axis)
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
  const [first, target] = [
    emit.transpose(rows, permutation),
    permutation.map((each) => extentOf(x.shape, each)),
  ]
  const at = emit.reshape(emit.cast(indices, 'int64'), [sizeOf(indices.shape), 1])
  const sums = emit.op('ScatterND', [emit.zeros(target), at, first], target, {
    attributes: { reduction: 'add' },
  })
  return emit.transpose(
    sums,
    axes.map((each) => permutation.indexOf(each)),
  )
}

/** dx = g put back where it was taken from, summed where something was taken twice. */
export const GatherElements: VjpRule = (node, emit) => {
  const attributes = { axis: intAttribute(node, 'axis', 0), reduction: 'add' }
  return [
    () =>
      emit.op('ScatterElements', [emit.zeros(node.x.shape), node.input(1), node.g], node.x.shape, {
        attributes,
      }),
    null,
  ]
}

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
    return Math.floor(at / batchAxes / sizeOf(shape.slice(axis + 1, -1))) % extentOf(shape, axis)
  })
  return emit.concat([emit.constant(int64Tensor(positions, coordinates)), indices], shape.length - 1)
}

/** Scattering and gathering at one set of indices: the two halves of ScatterElements or ScatterND. */
interface Places {
  /** `updates` combined with `data` at the places. */
  scatter(data: Value, updates: Value, reduction?: string): Value
  /** The values of `data` at the places. */
  gather(data: Value): Value
}

/** The cotangents of data and updates; see `scatterVjp`. */
export const ScatterElements: VjpRule = (node, emit) => {
  const [indices, updates] = [node.input(1), node.input(2)]
  const axis = intAttribute(node, 'axis', 0)
  return scatterVjp(node, emit, {
    scatter: (data, values, reduction = 'none') =>
      emit.op('ScatterElements', [data, indices, values], data.shape, { attributes: { axis, reduction } }),
    gather: (data) => emit.op('GatherElements', [data, indices], updates.shape, { attributes: { axis } }),
  })
}

/** The cotangents of data and updates; see `scatterVjp`. */
export const ScatterND: VjpRule = (node, emit) => {
  const [indices, updates] = [node.input(1), node.input(2)]
  return scatterVjp(node, emit, {
    scatter: (data, values, reduction = 'none') =>
      emit.op('ScatterND', [data, indices, values], data.shape, { attributes: { reduction } }),
    gather: (data) => emit.op('GatherND', [data, indices], updates.shape),
  })
}

/**
 * Overwriting: d data = g, zeros where it was overwritten; d updates = g where they went. Adding: g for both.
 * A maximum or minimum gives g to those that equal it, in equal shares, as PyTorch does. A product gives each
 * factor g times the product of the others, zeros among them included.
 */
function scatterVjp(node: ForwardNode, emit: Emitter, places: Places): ReturnType<VjpRule> {
  const { g } = node
  const updates = node.input(2)
  const reduction = stringAttribute(node, 'reduction', 'none')
  switch (reduction) {
    case 'none':
      return [() => places.scatter(g, emit.zeros(updates.shape)), null, () => places.gather(g)]
    case 'add':
      return [() => g, null, () => places.gather(g)]
    case 'max':
    case 'min':
      return extremeVjp(node, emit, places)
    case 'mul':
      return productVjp(node, emit, places)
    default:
      throw node.unsupported('reduction none, add, mul, max or min', reduction)
  }
}

function extremeVjp(node: ForwardNode, emit: Emitter, places: Places): ReturnType<VjpRule> {
  const { x, y, g } = node
  const ofData = emit.cast(emit.test('Equal', x, y), 'float32')
  const ofUpdates = emit.cast(emit.test('Equal', node.input(2), places.gather(y)), 'float32')
  const share = emit.div(g, places.scatter(ofData, ofUpdates, 'add'))
  return [() => emit.mul(share, ofData), null, () => emit.mul(places.gather(share), ofUpdates)]
}

function productVjp(node: ForwardNode, emit: Emitter, places: Places): ReturnType<VjpRule> {
  const { x, g } = node
  const updates = node.input(2)
  const isZero = (value: Value): Value => emit.test('Equal', value, 0)
  const nonZero = (value: Value): Value => emit.where(isZero(value), 1, value)
  const count = (value: Value): Value => emit.cast(isZero(value), 'float32')
  const zeros = places.scatter(count(x), count(updates), 'add')
  const all = emit.mul(g, places.scatter(nonZero(x), nonZero(updates), 'mul'))
  // The others' product is 0 if one of them is 0, else everything without this factor.
  const others = (factor: Value, product: Value, zerosThere: Value): Value =>
    emit.where(
      emit.test('Equal', zerosThere, count(factor)),
      emit.div(product, nonZero(factor)),
      emit.zeros(factor.shape),
    )
  return [() => others(x, all, zeros), null, () => others(updates, places.gather(all), places.gather(zeros))]
}

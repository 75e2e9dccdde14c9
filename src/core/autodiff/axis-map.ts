import { transposed } from '../math/matrices.ts'
import { extentOf, type Shape, sizeOf } from '../tensor/tensor.ts'
import type { Emitter, Value } from './emitter.ts'

/** A linear map along one axis: `weights` is [outputs, inputs] in C order. */
export interface AxisMap {
  readonly outputs: number
  readonly inputs: number
  readonly weights: Float32Array
}

/** Output i is input `taken[i]` of `inputs`; nothing (zero) where that is undefined. */
export function oneHotRows(taken: readonly (number | undefined)[], inputs: number): AxisMap {
  const weights = new Float32Array(taken.length * inputs)
  taken.forEach((from, row) => {
    if (from !== undefined) weights[row * inputs + from] = 1
  })
  return { outputs: taken.length, inputs, weights }
}

/** The adjoint of a map along one axis, Wᵀ g, as a matrix product. */
export function adjointAlong(g: Value, axis: number, map: AxisMap, emit: Emitter): Value {
  const before = g.shape.slice(0, axis)
  const after = sizeOf(g.shape.slice(axis + 1))
  const shape = g.shape.with(axis, map.inputs)
  if (after === 1) {
    const rows = emit.reshape(g, [sizeOf(before), map.outputs])
    return emit.reshape(emit.matmul(rows, emit.floats([map.outputs, map.inputs], map.weights)), shape)
  }
  const columns = emit.reshape(g, [sizeOf(before), map.outputs, after])
  return emit.reshape(emit.matmul(emit.floats([map.inputs, map.outputs], transposed(map)), columns), shape)
}

/** Zeros of `shape` with `part` put at `first` along an axis. */
export function placed(part: Value, shape: Shape, axis: number, first: number, emit: Emitter): Value {
  const rest = extentOf(shape, axis) - extentOf(part.shape, axis) - first
  const at = (count: number): number[] => shape.map((_, each) => (each === axis ? count : 0))
  return emit.pad(part, at(first), at(rest))
}

/** `step` − 1 zeros between the elements of an axis. */
export function spread(x: Value, axis: number, step: number, emit: Emitter): Value {
  if (step === 1) return x
  const count = extentOf(x.shape, axis)
  const split = emit.reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)])
  const padded = placed(split, split.shape.with(axis + 1, step), axis + 1, 0, emit)
  const joined = emit.reshape(padded, x.shape.with(axis, count * step))
  return emit.slice(joined, { axes: [axis], starts: [0], ends: [(count - 1) * step + 1] })
}

/** The elements of an axis in the opposite order. */
export function reversed(x: Value, axis: number, emit: Emitter): Value {
  const beforeFirst = -extentOf(x.shape, axis) - 1
  return emit.op(
    'Slice',
    [x, emit.ints([-1]), emit.ints([beforeFirst]), emit.ints([axis]), emit.ints([-1])],
    x.shape,
  )
}

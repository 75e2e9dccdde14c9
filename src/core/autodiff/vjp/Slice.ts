import { numericValues } from '../../onnx/onnx-tensor.ts'
import { placed, spread, reversed } from '../axis-map.ts'
import type { Emitter } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf } from '../shapes.ts'
import type { Value } from '../value.ts'

/** dx = g put back where it was taken from, zeros elsewhere. Any step, also backwards. */
export const Slice: VjpRule = (node, emit) => {
  const { x } = node
  const constant = (index: number): number[] | undefined => {
    const value = node.optionalInput(index)
    if (value === undefined) return undefined
    if (value.constant === undefined)
      throw node.unsupported('constant ranges', 'ranges that depend on the image')
    return numericValues(value.constant)
  }
  const ofData = (): Value => {
    const starts = constant(1) ?? []
    const axes = constant(3) ?? starts.map((_, axis) => axis)
    const steps = constant(4) ?? starts.map(() => 1)
    return axes.reduce((g, each, index) => {
      const axis = axisOf(each, x.shape.length)
      return unslice(
        g,
        axis,
        { start: starts[index] ?? 0, step: steps[index] ?? 1, extent: x.shape[axis] ?? 1 },
        emit,
      )
    }, node.g)
  }
  return [ofData, null, null, null, null]
}

interface Range {
  readonly start: number
  readonly step: number
  /** Of the axis that was sliced. */
  readonly extent: number
}

function unslice(g: Value, axis: number, { start, step, extent }: Range, emit: Emitter): Value {
  const count = g.shape[axis] ?? 0
  if (count === 0) return emit.zeros(g.shape.with(axis, extent))
  const first = Math.min(Math.max(axisOf(start, extent), 0), extent - 1)
  if (step > 0) return placed(spread(g, axis, step, emit), g.shape.with(axis, extent), axis, first, emit)
  const forward = reversed(g, axis, emit)
  return placed(
    spread(forward, axis, -step, emit),
    g.shape.with(axis, extent),
    axis,
    first + (count - 1) * step,
    emit,
  )
}

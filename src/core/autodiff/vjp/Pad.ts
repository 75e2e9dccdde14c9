import { stringAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { adjointAlong, oneHotRows } from '../axis-map.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * Constant: dx = the part of g inside the padding (the constant gets its sum outside). Edge, reflect and
 * wrap: one 0-1 matrix per axis.
 */
export const Pad: VjpRule = (node, emit) => {
  const { x, g, y } = node
  const rank = x.shape.length
  const mode = stringAttribute(node, 'mode', 'constant')
  const ofData = (): Value => {
    const pads = node.input(1).constant
    if (pads === undefined) throw node.unsupported('constant pads', 'pads that depend on the image')
    const [before, after] = padsPerAxis(numericValues(pads), axesOf(node, rank), rank)
    if (mode === 'constant')
      return emit.pad(
        g,
        before.map((count) => -count),
        after.map((count) => -count),
      )
    return range(rank).reduce((cotangent, axis) => {
      const extent = x.shape[axis] ?? 1
      const source = range(y.shape[axis] ?? 1).map((position) =>
        sourceOf(position - (before[axis] ?? 0), extent, mode),
      )
      if (source.every((from, position) => from === position) && source.length === extent) return cotangent
      return adjointAlong(cotangent, axis, oneHotRows(source, extent), emit)
    }, g)
  }
  return [ofData, null, null, null]
}

function axesOf(node: ForwardNode, rank: number): number[] {
  const axes = node.optionalInput(3)?.constant
  return axes === undefined ? range(rank) : numericValues(axes).map((axis) => axisOf(axis, rank))
}

function padsPerAxis(pads: readonly number[], axes: readonly number[], rank: number): [number[], number[]] {
  const side = (offset: number): number[] => range(rank).map((axis) => pads[offset + axes.indexOf(axis)] ?? 0)
  const chosen = (counts: number[]): number[] =>
    counts.map((count, axis) => (axes.includes(axis) ? count : 0))
  return [chosen(side(0)), chosen(side(axes.length))]
}

/** Where a padded position outside [0, extent) takes its value from. */
function sourceOf(position: number, extent: number, mode: string): number {
  if (mode === 'edge') return Math.min(Math.max(position, 0), extent - 1)
  if (mode === 'wrap') return ((position % extent) + extent) % extent
  const period = Math.max(2 * (extent - 1), 1)
  const folded = ((position % period) + period) % period
  return folded < extent ? folded : period - folded
}

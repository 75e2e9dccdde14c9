import { entry } from '../../entry.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { extentOf, extents4, sizeOf } from '../../tensor/tensor.ts'
import { adjointAlong, oneHotRows, placed, reversed, spread } from '../axis-map.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range } from '../shapes.ts'

/** dx = g in x's shape. */
export const Reshape: VjpRule = ({ g, x }, emit) => [() => emit.reshape(g, x.shape), null]

/** dx = g in x's shape. */
export const Flatten: VjpRule = ({ g, x }, emit) => [() => emit.reshape(g, x.shape)]

/** dx = g in x's shape. */
export const Squeeze: VjpRule = ({ g, x }, emit) => [() => emit.reshape(g, x.shape), null]

/** dx = g in x's shape. */
export const Unsqueeze: VjpRule = ({ g, x }, emit) => [() => emit.reshape(g, x.shape), null]

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

/** dx = g summed over what was broadcast. */
export const Expand: VjpRule = ({ g, x }, emit) => [() => emit.sumTo(g, x.shape), null]

/** dx = the sum of all copies of g. */
export const Tile: VjpRule = ({ g, x }, emit) => {
  const ofData = (): Value => {
    const copies = x.shape.flatMap((extent, axis) => [extentOf(g.shape, axis) / extent, extent])
    const repeated = x.shape.flatMap((extent, axis) => (g.shape[axis] === extent ? [] : [2 * axis]))
    return emit.reshape(emit.reduce('ReduceSum', emit.reshape(g, copies), repeated), x.shape)
  }
  return [ofData, null]
}

/** Each input's cotangent is its part of g. */
export const Concat: VjpRule = (node, emit) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), node.y.shape.length)
  let end = 0
  return node.inputs.map((_, index) => {
    const input = node.input(index)
    const start = end
    end += extentOf(input.shape, axis)
    const ends = [end]
    return () => emit.slice(node.g, { axes: [axis], starts: [start], ends })
  })
}

/** dx = the outputs' cotangents side by side, zeros for an output that nobody used. */
export const Split: VjpRule = (node, emit) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), node.x.shape.length)
  const part = (output: Value, index: number): Value => node.cotangents[index] ?? emit.zeros(output.shape)
  return [() => emit.concat(node.outputs.map(part), axis), null]
}

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
        { start: entry(starts, index), step: entry(steps, index), extent: extentOf(x.shape, axis) },
        emit,
      )
    }, node.g)
  }
  return [ofData, null, null, null, null]
}

interface Range {
  readonly start: number
  readonly step: number
  /** Extent of the axis that was sliced. */
  readonly extent: number
}

function unslice(g: Value, axis: number, { start, step, extent }: Range, emit: Emitter): Value {
  const count = extentOf(g.shape, axis)
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
      const extent = extentOf(x.shape, axis)
      const source = range(extentOf(y.shape, axis)).map((position) =>
        sourceOf(position - entry(before, axis), extent, mode),
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
  const side = (offset: number): number[] =>
    range(rank).map((axis) => (axes.includes(axis) ? entry(pads, offset + axes.indexOf(axis)) : 0))
  return [side(0), side(axes.length)]
}

/** Where a padded position outside [0, extent) takes its value from. */
function sourceOf(position: number, extent: number, mode: string): number {
  if (mode === 'edge') return Math.min(Math.max(position, 0), extent - 1)
  if (mode === 'wrap') return ((position % extent) + extent) % extent
  const period = Math.max(2 * (extent - 1), 1)
  const folded = ((position % period) + period) % period
  return folded < extent ? folded : period - folded
}

/**
 * dx = each block of g's pixels back in its channels: depth, row, column of the block (DCR) or column last of
 * all (CRD, PyTorch's pixel shuffle).
 */
export const DepthToSpace: VjpRule = (node, emit) => {
  const block = intAttribute(node, 'blocksize', 1)
  const isDepthFirst = stringAttribute(node, 'mode', 'DCR') === 'DCR'
  const ofData = (): Value => {
    const [n, c, h, w] = extents4(node.g.shape)
    const blocks = emit.reshape(node.g, [n, c, h / block, block, w / block, block])
    return emit.reshape(
      emit.transpose(blocks, isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]),
      node.x.shape,
    )
  }
  return [ofData]
}

/** dx = the channels of g back in their block of pixels. */
export const SpaceToDepth: VjpRule = (node, emit) => {
  const block = intAttribute(node, 'blocksize', 1)
  const ofData = (): Value => {
    const [n, c, h, w] = extents4(node.x.shape)
    const channels = emit.reshape(node.g, [n, block, block, c, h / block, w / block])
    return emit.reshape(emit.transpose(channels, [0, 3, 4, 1, 5, 2]), node.x.shape)
  }
  return [ofData]
}

/**
 * dx = the blocks of g as columns [N, C taps, windows]: a convolution with one-hot kernels, channel by
 * channel.
 */
export const Col2Im: VjpRule = (node, emit) => {
  const { x, g } = node
  const block = node.input(2).constant
  const ofData = (): Value => {
    if (block === undefined) throw node.unsupported('a constant block_shape', 'one that depends on the image')
    const kernel = numericValues(block)
    const taps = sizeOf(kernel)
    const [n, c, image] = [extentOf(g.shape, 0), extentOf(g.shape, 1), g.shape.slice(2)]
    const ones = kernel.map(() => 1)
    const [strides, dilations] = [intsAttribute(node, 'strides'), intsAttribute(node, 'dilations')]
    const pads = intsAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0)
    const windows = kernel.map((extent, axis) => {
      const span = (extent - 1) * entry(dilations ?? ones, axis) + 1
      const padded = extentOf(image, axis) + entry(pads, axis) + entry(pads, axis + kernel.length)
      return Math.floor((padded - span) / entry(strides ?? ones, axis)) + 1
    })
    const oneHot = emit.floats([taps, 1, ...kernel], oneHotRows(range(taps), taps).weights)
    const attributes = {
      kernel_shape: kernel,
      pads,
      ...(strides && { strides }),
      ...(dilations && { dilations }),
    }
    return emit.reshape(
      emit.op('Conv', [emit.reshape(g, [n * c, 1, ...image]), oneHot], [n * c, taps, ...windows], {
        attributes,
      }),
      x.shape,
    )
  }
  return [ofData, null, null]
}

/** dx = the same triangle of g. */
export const Trilu: VjpRule = (node, emit) => {
  const attributes = { upper: intAttribute(node, 'upper', 1) }
  return [() => emit.op('Trilu', [node.g, node.optionalInput(1) ?? null], node.x.shape, { attributes }), null]
}

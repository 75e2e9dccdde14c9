import { entry } from '../../entry.ts'
import { intAttribute } from '../../onnx/attributes.ts'
import { extentOf, extents4, sizeOf } from '../../tensor/tensor.ts'
import { type Convolution, convolutionOf } from '../convolution.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import { range } from '../shapes.ts'
import type { Decomposition } from './decomposition.ts'

/** A tap's row or column for each window: [N · groups of offsets, taps · windows]. */
interface Position {
  readonly value: Value
  readonly extent: number
}

/** A pixel beside a position: its row or column, and its share, 0 outside of the image. */
interface Neighbour {
  readonly pixel: Value
  readonly share: Value
}

/**
 * Deformable convolution (opset 19; Dai et al. 2017, with a mask Zhu et al. 2018), as torchvision's
 * deform_conv2d: y(p) = Σ_k w_k · m_k(p) · x(p · stride + k · dilation − pad + Δ_k(p)), x linear between
 * pixels and 0 outside. Pixels are gathered with the channels last, then multiplied by the weights.
 */
export const deformConv: Decomposition = (node, emit) => {
  const [weights, { shape }] = [node.input(1), node.y]
  const image = node.x.shape.slice(2)
  if (image.length !== 2) throw node.unsupported('images of two axes', String(image.length))
  const geometry = convolutionOf(node, weights.shape.slice(2), image, shape.slice(2))
  const sampled = samplesOf(node, geometry, emit)
  const product = weighted(sampled, weights, geometry.group, emit)
  const y = emit.reshape(product, shape)
  const bias = node.optionalInput(3)
  return [bias === undefined ? y : emit.add(y, emit.reshape(bias, [extentOf(shape, 1), 1, 1]))]
}

/** What every tap reads, times its mask, as [N, windows, C, taps]. */
function samplesOf(node: ForwardNode, geometry: Convolution, emit: Emitter): Value {
  const { x, y } = node
  const groups = intAttribute(node, 'offset_group', 1)
  const [n, channels, image] = [extentOf(x.shape, 0), extentOf(x.shape, 1), x.shape.slice(2)]
  const [taps, windows] = [sizeOf(geometry.kernel), sizeOf(y.shape.slice(2))]
  const perGroup = channels / groups
  const grouped = emit.reshape(x, [n * groups, perGroup, sizeOf(image)])
  const pixels = emit.transpose(grouped, [0, 2, 1])
  const [rows = [], columns = []] = positionsOf(node, geometry, groups, emit).map((each) =>
    neighboursOf(each, emit),
  )
  const [, width = 1] = image
  const corners = rows.flatMap((row) =>
    columns.map((column) => {
      const index = emit.cast(emit.add(emit.mul(row.pixel, width), column.pixel), 'int64')
      const share = emit.mul(row.share, column.share)
      return emit.mul(gathered(pixels, index, emit), withAxis(share, emit))
    }),
  )
  const mask = node.optionalInput(4)
  const sum = emit.sum(corners)
  const shown = mask === undefined ? sum : emit.mul(sum, emit.reshape(mask, [n * groups, taps * windows, 1]))
  const apart = emit.reshape(shown, [n, groups, taps, windows, perGroup])
  return emit.reshape(emit.transpose(apart, [0, 3, 1, 4, 2]), [n, windows, channels, taps])
}

/** Rows and columns that the taps read: the grid of a plain convolution, moved by the offsets. */
function positionsOf(node: ForwardNode, geometry: Convolution, groups: number, emit: Emitter): Position[] {
  const n = extentOf(node.x.shape, 0)
  const [image, output] = [node.x.shape.slice(2), node.y.shape.slice(2)]
  const [taps, windows] = [sizeOf(geometry.kernel), sizeOf(output)]
  const offsets = emit.reshape(node.input(2), [n * groups, taps, 2, windows])
  return range(2).map((axis) => {
    const offset = emit.slice(offsets, { axes: [2], starts: [axis], ends: [axis + 1] })
    const plain = emit.floats([1, taps * windows], plainPositions(geometry, output, axis))
    const value = emit.add(emit.reshape(offset, [n * groups, taps * windows]), plain)
    return { value, extent: extentOf(image, axis) }
  })
}

function plainPositions(
  { kernel, strides, dilations, before }: Convolution,
  output: readonly number[],
  axis: number,
): number[] {
  const [, columns = 1] = output
  const at = (index: number, width: number): number =>
    axis === 0 ? Math.floor(index / width) : index % width
  return range(sizeOf(kernel)).flatMap((tap) =>
    range(sizeOf(output)).map(
      (window) =>
        at(window, columns) * entry(strides, axis) +
        at(tap, entry(kernel, 1)) * entry(dilations, axis) -
        entry(before, axis),
    ),
  )
}

/** The pixels before and behind a position. */
function neighboursOf({ value, extent }: Position, emit: Emitter): Neighbour[] {
  const before = emit.map('Floor', value)
  const fraction = emit.sub(value, before)
  const neighbour = (pixel: Value, weight: Value): Neighbour => {
    const inside = emit.clamp(pixel, 0, extent - 1)
    const isThere = emit.cast(emit.test('Equal', inside, pixel), 'float32')
    return { pixel: inside, share: emit.mul(weight, isThere) }
  }
  return [neighbour(before, emit.sub(1, fraction)), neighbour(emit.add(before, 1), fraction)]
}

/** Rows [B, P, C] of pixels [B, HW, C] at indices [B, P]. */
function gathered(pixels: Value, index: Value, emit: Emitter): Value {
  const shape = [...index.shape, extentOf(pixels.shape, 2)]
  return emit.op('GatherND', [pixels, withAxis(index, emit)], shape, { attributes: { batch_dims: 1 } })
}

function withAxis(x: Value, emit: Emitter): Value {
  return emit.reshape(x, [...x.shape, 1])
}

/** Samples [N, windows, C, taps] times weights [M, C / group, …taps], as [N, group, M / group, windows]. */
function weighted(sampled: Value, weights: Value, group: number, emit: Emitter): Value {
  const [n, windows, channels, taps] = extents4(sampled.shape)
  const m = extentOf(weights.shape, 0)
  const length = (channels / group) * taps
  const rows = emit.transpose(emit.reshape(sampled, [n, windows, group, length]), [0, 2, 1, 3])
  const kernels = emit.transposeMatrix(emit.reshape(weights, [group, m / group, length]))
  return emit.transposeMatrix(emit.matmul(rows, kernels))
}

import { intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import {
  gridAxes,
  linearCorners,
  nearestCorner,
  type Corner,
  type GridAxis,
  type GridPadding,
} from '../grid-corners.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * Each point is Σ_corners x[corner] Π_axes weight: dx adds g Π weight to the corners, and d position along an
 * axis is Σ_corners (Σ_channels g x[corner]) slope, with the other axes' weights. Nearest pixels do not move
 * with the grid.
 */
export const GridSample: VjpRule = (node, emit) => {
  const [image, points] = [node.x.shape.slice(2), node.y.shape.slice(2)]
  const alignCorners = intAttribute(node, 'align_corners', 0) !== 0
  const isNearest = modeOf(node) === 'nearest'
  const around = (): { axes: GridAxis[]; corners: Corner[] } => {
    const axes = gridAxes(node.input(1), image, alignCorners, emit)
    return { axes, corners: (isNearest ? nearestCorner : linearCorners)(axes, paddingOf(node), emit) }
  }
  const flat = (value: Value): Value =>
    emit.reshape(value, [...value.shape.slice(0, 2), sizeOf(value.shape.slice(2))])
  const ofImage = (): Value =>
    emit.reshape(scattered(flat(node.g), flat(node.x), around().corners, emit), node.x.shape)
  const ofGrid = (): Value => {
    const { axes, corners } = around()
    const perAxis = slopesAlong(axes, flat(node.g), flat(node.x), corners, emit)
    const [n = 1] = node.g.shape
    const columns = perAxis.toReversed().map((each) => emit.reshape(each, [n, ...points, 1]))
    return emit.concat(columns, points.length + 1)
  }
  return [ofImage, () => (isNearest ? emit.zeros(node.input(1).shape) : ofGrid())]
}

/** Opset 20 renamed bilinear to linear and bicubic to cubic. */
function modeOf(node: ForwardNode): 'linear' | 'nearest' {
  const mode = stringAttribute(node, 'mode', 'linear')
  if (mode === 'nearest') return mode
  if (mode === 'linear' || mode === 'bilinear') return 'linear'
  throw node.unsupported('mode linear or nearest', mode)
}

function paddingOf(node: ForwardNode): GridPadding {
  const mode = stringAttribute(node, 'padding_mode', 'zeros')
  if (mode === 'zeros' || mode === 'border') return mode
  throw node.unsupported('padding_mode zeros or border', mode)
}

/** g [N, C, points] added to the pixels of an image [N, C, pixels]. */
function scattered(g: Value, image: Value, corners: readonly Corner[], emit: Emitter): Value {
  const updates = corners.map(({ weights }) => emit.mul(g, perChannel(product(weights, emit), emit)))
  const indices = corners.map(({ index }) => emit.expand(perChannel(index, emit), g.shape))
  const attributes = { axis: 2, reduction: 'add' }
  const inputs = [emit.zeros(image.shape), emit.concat(indices, 2), emit.concat(updates, 2)]
  return emit.op('ScatterElements', inputs, image.shape, { attributes })
}

/** The cotangent of the grid's component along each axis, [N, points]. */
function slopesAlong(
  axes: readonly GridAxis[],
  g: Value,
  image: Value,
  corners: readonly Corner[],
  emit: Emitter,
): Value[] {
  const sums = corners.map(({ index }) => {
    const pixels = emit.op(
      'GatherElements',
      [image, emit.expand(perChannel(index, emit), g.shape)],
      g.shape,
      {
        attributes: { axis: 2 },
      },
    )
    return emit.reduce('ReduceSum', emit.mul(g, pixels), [1], false)
  })
  return axes.map(({ scale }, axis) => {
    const parts = corners.map(({ weights, slopes }, corner) => {
      const factors = weights.map((weight, each) => (each === axis ? (slopes[each] ?? weight) : weight))
      return emit.mul(sums[corner] ?? 0, product(factors, emit))
    })
    return emit.mul(emit.sum(parts), scale)
  })
}

/** [N, points] or a scalar, to stand beside [N, C, points]. */
function perChannel(value: Value, emit: Emitter): Value {
  const [n = 1, points = 1] = value.shape
  return value.shape.length === 0 ? value : emit.reshape(value, [n, 1, points])
}

function product(factors: readonly Value[], emit: Emitter): Value {
  return factors.reduce((left, right) => emit.mul(left, right))
}

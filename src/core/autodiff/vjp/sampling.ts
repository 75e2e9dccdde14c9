import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { adjointAlong } from '../axis-map.ts'
import type { ForwardNode } from '../forward-node.ts'
import { type AxisResize, entryFor, resizeMap } from '../resize-map.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import { type Shape, sizeOf } from '../../tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import type { Value } from '../value.ts'

/**
 * Resizing is a linear map along each axis in turn: dx = the product of g with those small matrices,
 * transposed.
 */
export const Resize: VjpRule = (node, emit) => {
  const axes = range(node.x.shape.length).map((axis) => axisResize(node, axis))
  const isResized = ({ inputs, outputs, coordinates }: AxisResize): boolean =>
    inputs !== outputs || coordinates === 'tf_crop_and_resize'
  return [
    // Last axis first: g gets smaller before the costlier products when the model enlarges.
    () =>
      axes.reduceRight(
        (g, each, axis) => (isResized(each) ? adjointAlong(g, axis, resizeMap(each), emit) : g),
        node.g,
      ),
    null,
    null,
    null,
  ]
}

function axisResize(node: ForwardNode, axis: number): AxisResize {
  const rank = node.x.shape.length
  const axes = intsAttribute(node, 'axes') ?? range(rank)
  const [inputs, outputs] = [node.x.shape[axis] ?? 1, node.y.shape[axis] ?? 1]
  const roi = constantInput(node, 1)
  return {
    inputs,
    outputs,
    scale: scaleOf(node, axes, axis),
    mode: stringAttribute(node, 'mode', 'nearest'),
    coordinates: stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearestMode: stringAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubicCoefficient: floatAttribute(node, 'cubic_coeff_a', -0.75),
    excludeOutside: intAttribute(node, 'exclude_outside', 0) !== 0,
    antialias: intAttribute(node, 'antialias', 0) !== 0,
    roi: [entryFor(roi, axes, axis, rank) ?? 0, entryFor(roi.slice(axes.length), axes, axis, rank) ?? 1],
  }
}

function scaleOf(node: ForwardNode, axes: readonly number[], axis: number): number {
  const { shape } = node.x
  const given = entryFor(constantInput(node, 2), axes, axis, shape.length)
  if (given !== undefined) return given
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch')
  if (policy === 'stretch') return (node.y.shape[axis] ?? 1) / (shape[axis] ?? 1)
  const ratios = constantInput(node, 3).map((size, index) => size / (shape.at(axes[index] ?? 0) ?? 1))
  return axes.includes(axis) ? Math[policy === 'not_larger' ? 'min' : 'max'](...ratios) : 1
}

function constantInput(node: ForwardNode, index: number): number[] {
  const value = node.optionalInput(index)
  if (value === undefined) return []
  if (value.constant === undefined) throw node.unsupported('constant sizes', 'sizes that depend on the image')
  return numericValues(value.constant)
}

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

/**
 * grid = θ b for each pixel's homogeneous coordinates b = (x, y, 1) or (x, y, z, 1): dθ = Σ g bᵀ over the
 * pixels.
 */
export const AffineGrid: VjpRule = (node, emit) => {
  const alignCorners = intAttribute(node, 'align_corners', 0) !== 0
  const ofTheta = (): Value => {
    const [n = 1, ...rest] = node.g.shape
    const image = rest.slice(0, -1)
    const base = emit.floats([sizeOf(image), image.length + 1], homogeneousCoordinates(image, alignCorners))
    return emit.matmul(emit.transposeMatrix(emit.reshape(node.g, [n, sizeOf(image), image.length])), base)
  }
  return [ofTheta, null]
}

/**
 * One row per pixel: its coordinates in [−1, 1], last axis first, and 1. The ends of the range are centres or
 * edges of the outermost pixels.
 */
function homogeneousCoordinates(image: Shape, alignCorners: boolean): number[] {
  return range(sizeOf(image)).flatMap((pixel) => [
    ...coordinatesOf(pixel, image, alignCorners).toReversed(),
    1,
  ])
}

function coordinatesOf(pixel: number, image: Shape, alignCorners: boolean): number[] {
  return image.map((extent, axis) => {
    const position = Math.floor(pixel / sizeOf(image.slice(axis + 1))) % extent
    if (!alignCorners) return (2 * position + 1) / extent - 1
    return extent === 1 ? 0 : (2 * position) / (extent - 1) - 1
  })
}

/** What lies around the image: nothing, or its outermost pixels. */
export type GridPadding = 'zeros' | 'border'

/** Where GridSample's points lie along one axis of the image. */
export interface GridAxis {
  /** In pixels, [N, points]; also beyond the image. */
  readonly position: Value
  /** d position / d grid */
  readonly scale: number
  readonly extent: number
}

/** One of the pixels around each point, all values [N, points] or scalars. */
export interface Corner {
  /** Position in the flattened image, int64. */
  readonly index: Value
  /**
   * How much the point takes of it is the product of these, one per axis; 0 where the pixel does not exist.
   */
  readonly weights: readonly Value[]
  /** d weight / d position, per axis. */
  readonly slopes: readonly Value[]
}

/** A pixel beside each point along one axis. */
interface Neighbour {
  readonly index: Value
  readonly weight: Value
  readonly slope: Value
}

/**
 * A grid [N, …points, axes], which names the image's last axis first, as positions along each axis in the
 * image's order.
 */
function gridAxes(grid: Value, image: Shape, alignCorners: boolean, emit: Emitter): GridAxis[] {
  const [n = 1, ...points] = grid.shape.slice(0, -1)
  return image.map((extent, axis) => {
    const at = image.length - 1 - axis
    const column = emit.slice(grid, { axes: [grid.shape.length - 1], starts: [at], ends: [at + 1] })
    const scale = (alignCorners ? extent - 1 : extent) / 2
    const centred = emit.mul(emit.reshape(column, [n, sizeOf(points)]), scale)
    return { position: emit.add(centred, (extent - 1) / 2), scale, extent }
  })
}

/** The 2^axes pixels between which each point is interpolated. */
function linearCorners(axes: readonly GridAxis[], padding: GridPadding, emit: Emitter): Corner[] {
  return combined(
    axes,
    axes.map((axis) => linearNeighbours(axis, padding, emit)),
    emit,
  )
}

/** The nearest pixel alone; a half goes to the even one. */
function nearestCorner(axes: readonly GridAxis[], padding: GridPadding, emit: Emitter): Corner[] {
  const neighbours = axes.map((axis): Neighbour[] => {
    const pixel = emit.map('Round', axis.position)
    return [
      {
        index: inside(pixel, axis, emit),
        weight: presence(pixel, axis, padding, emit),
        slope: emit.scalar(0),
      },
    ]
  })
  return combined(axes, neighbours, emit)
}

function linearNeighbours(axis: GridAxis, padding: GridPadding, emit: Emitter): Neighbour[] {
  const position = padding === 'border' ? inside(axis.position, axis, emit) : axis.position
  const left = emit.map('Floor', position)
  const fraction = emit.sub(position, left)
  // Beyond the border nothing changes with the position any more.
  const slope =
    padding === 'border' ? emit.cast(emit.test('Equal', position, axis.position), 'float32') : emit.scalar(1)
  const neighbour = (pixel: Value, weight: Value, slopeOfWeight: Value): Neighbour => {
    const present = presence(pixel, axis, padding, emit)
    return {
      index: inside(pixel, axis, emit),
      weight: emit.mul(weight, present),
      slope: emit.mul(slopeOfWeight, present),
    }
  }
  return [
    neighbour(left, emit.sub(1, fraction), emit.map('Neg', slope)),
    neighbour(emit.add(left, 1), fraction, slope),
  ]
}

/** 1 where the pixel exists or the border stands for it, else 0. */
function presence(pixel: Value, axis: GridAxis, padding: GridPadding, emit: Emitter): Value {
  return padding === 'border'
    ? emit.scalar(1)
    : emit.cast(emit.test('Equal', inside(pixel, axis, emit), pixel), 'float32')
}

function inside(pixel: Value, { extent }: GridAxis, emit: Emitter): Value {
  return emit.map('Min', emit.map('Max', pixel, 0), extent - 1)
}

/** Every choice of one neighbour per axis. */
function combined(
  axes: readonly GridAxis[],
  neighbours: readonly (readonly Neighbour[])[],
  emit: Emitter,
): Corner[] {
  const choices = neighbours.reduce<Neighbour[][]>(
    (chosen, ofAxis) => chosen.flatMap((before) => ofAxis.map((each) => [...before, each])),
    [[]],
  )
  const strides = axes.map((_, axis) => sizeOf(axes.slice(axis + 1).map(({ extent }) => extent)))
  return choices.map((choice) => ({
    index: emit.cast(emit.sum(choice.map(({ index }, axis) => emit.mul(index, strides[axis] ?? 1))), 'int64'),
    weights: choice.map(({ weight }) => weight),
    slopes: choice.map(({ slope }) => slope),
  }))
}

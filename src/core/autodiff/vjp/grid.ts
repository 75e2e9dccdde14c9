import { entry } from '../../entry.ts'
import { intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { extentOf, type Shape, sizeOf } from '../../tensor/tensor.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'

/**
 * Each point is Σ_corners x[corner] Π_axes weight: dx adds g Π weight to the corners, and d position along an
 * axis is Σ_corners (Σ_channels g x[corner]) slope, with the other axes' weights. Nearest pixels do not move
 * with the grid.
 */
export const GridSample: VjpRule = (node, emit) => {
  const [image, points] = [node.x.shape.slice(2), node.y.shape.slice(2)]
  const alignCorners = intAttribute(node, 'align_corners', 0) !== 0
  const [mode, padding] = [modeOf(node), paddingOf(node)]
  const isNearest = mode === 'nearest'
  const around = (): { axes: GridAxis[]; corners: Corner[] } => {
    const axes = gridAxes(node.input(1), image, alignCorners, emit)
    return {
      axes,
      corners: combined(
        axes,
        axes.map((axis) => neighbours[mode](axis, padding, emit)),
        emit,
      ),
    }
  }
  const flat = (value: Value): Value =>
    emit.reshape(value, [...value.shape.slice(0, 2), sizeOf(value.shape.slice(2))])
  const ofImage = (): Value =>
    emit.reshape(scattered(flat(node.g), flat(node.x), around().corners, emit), node.x.shape)
  const ofGrid = (): Value => {
    const { axes, corners } = around()
    const perAxis = slopesAlong(axes, flat(node.g), flat(node.x), corners, emit)
    const n = extentOf(node.g.shape, 0)
    const columns = perAxis.toReversed().map((each) => emit.reshape(each, [n, ...points, 1]))
    return emit.concat(columns, points.length + 1)
  }
  return [ofImage, () => (isNearest ? emit.zeros(node.input(1).shape) : ofGrid())]
}

/** How a point is taken from the pixels around it. */
type GridMode = 'linear' | 'nearest' | 'cubic'

/** Opset 20 renamed bilinear to linear and bicubic to cubic. */
function modeOf(node: ForwardNode): GridMode {
  const mode = stringAttribute(node, 'mode', 'linear').replace(/^bi/, '')
  if (mode === 'nearest' || mode === 'linear' || mode === 'cubic') return mode
  throw node.unsupported('mode linear, cubic or nearest', mode)
}

function paddingOf(node: ForwardNode): GridPadding {
  const mode = stringAttribute(node, 'padding_mode', 'zeros')
  if (mode === 'zeros' || mode === 'border' || mode === 'reflection') return mode
  throw node.unsupported('padding_mode zeros, border or reflection', mode)
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
      return emit.mul(entry(sums, corner), product(factors, emit))
    })
    return emit.mul(emit.sum(parts), scale)
  })
}

/** [N, points] or a scalar, to stand beside [N, C, points]. */
function perChannel(value: Value, emit: Emitter): Value {
  if (value.shape.length === 0) return value
  return emit.reshape(value, [extentOf(value.shape, 0), 1, extentOf(value.shape, 1)])
}

function product(factors: readonly Value[], emit: Emitter): Value {
  return factors.reduce((left, right) => emit.mul(left, right))
}

/** What lies around the image: nothing, its outermost pixels, or its mirror image. */
type GridPadding = 'zeros' | 'border' | 'reflection'

/** Where GridSample's points lie along one axis of the image. */
interface GridAxis {
  /** In pixels, [N, points]; also beyond the image. */
  readonly position: Value
  /** d position / d grid */
  readonly scale: number
  readonly extent: number
  /** Whether the image ends at the centres of its outermost pixels, not at their edges. */
  readonly alignCorners: boolean
}

/** One of the pixels around each point, all values [N, points] or scalars. */
interface Corner {
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
  const [n, points] = [extentOf(grid.shape, 0), grid.shape.slice(1, -1)]
  return image.map((extent, axis) => {
    const at = image.length - 1 - axis
    const column = emit.slice(grid, { axes: [grid.shape.length - 1], starts: [at], ends: [at + 1] })
    const scale = (alignCorners ? extent - 1 : extent) / 2
    const centred = emit.mul(emit.reshape(column, [n, sizeOf(points)]), scale)
    return { position: emit.add(centred, (extent - 1) / 2), scale, extent, alignCorners }
  })
}

/** The pixels along one axis of which each point takes something, by mode. */
const neighbours: Readonly<
  Record<GridMode, (axis: GridAxis, padding: GridPadding, emit: Emitter) => Neighbour[]>
> = { nearest: nearestNeighbour, linear: linearNeighbours, cubic: cubicNeighbours }

/** The nearest pixel alone; a half goes to the even one. */
function nearestNeighbour(axis: GridAxis, padding: GridPadding, emit: Emitter): Neighbour[] {
  const pixel = emit.map('Round', paddedPosition(axis.position, axis, padding, emit).position)
  return [neighbour(pixel, emit.scalar(1), emit.scalar(0), axis, padding, emit)]
}

function linearNeighbours(axis: GridAxis, padding: GridPadding, emit: Emitter): Neighbour[] {
  const { position, slope } = paddedPosition(axis.position, axis, padding, emit)
  const left = emit.map('Floor', position)
  const fraction = emit.sub(position, left)
  return [
    neighbour(left, emit.sub(1, fraction), emit.map('Neg', slope), axis, padding, emit),
    neighbour(emit.add(left, 1), fraction, slope, axis, padding, emit),
  ]
}

/** Keys' cubic convolution with a = -0.75, by the distance t of a pixel: [c3, c2, c1, c0] of near and far. */
const cubicNear = [1.25, -2.25, 0, 1]
const cubicFar = [-0.75, 3.75, -6, 3]

/** Four pixels, each mirrored or clamped by itself: the weights follow the point wherever it is. */
function cubicNeighbours(axis: GridAxis, padding: GridPadding, emit: Emitter): Neighbour[] {
  const left = emit.map('Floor', axis.position)
  const fraction = emit.sub(axis.position, left)
  return [-1, 0, 1, 2].map((step) => {
    const distance = step > 0 ? emit.sub(step, fraction) : emit.sub(fraction, step)
    const coefficients = step === 0 || step === 1 ? cubicNear : cubicFar
    const slope = polynomial(derivative(coefficients), distance, emit)
    // Mirroring divides, so that a whole number may come out a little off.
    const pixel = emit.map('Round', paddedPosition(emit.add(left, step), axis, padding, emit).position)
    const weight = polynomial(coefficients, distance, emit)
    return neighbour(pixel, weight, step > 0 ? emit.map('Neg', slope) : slope, axis, padding, emit)
  })
}

/** Horner's scheme, highest power first. */
function polynomial([first = 0, ...rest]: readonly number[], t: Value, emit: Emitter): Value {
  return rest.reduce<Value>((sum, each) => emit.add(emit.mul(sum, t), each), emit.scalar(first))
}

function derivative(coefficients: readonly number[]): number[] {
  const degree = coefficients.length - 1
  return coefficients.slice(0, -1).map((each, index) => each * (degree - index))
}

function neighbour(
  pixel: Value,
  weight: Value,
  slope: Value,
  axis: GridAxis,
  padding: GridPadding,
  emit: Emitter,
): Neighbour {
  const present = presence(pixel, axis, padding, emit)
  return {
    index: inside(pixel, axis, emit),
    weight: emit.mul(weight, present),
    slope: emit.mul(slope, present),
  }
}

/** A position where the padding puts it, and d of that / d position: 0 where it stays at the border. */
function paddedPosition(
  position: Value,
  axis: GridAxis,
  padding: GridPadding,
  emit: Emitter,
): { readonly position: Value; readonly slope: Value } {
  if (padding === 'zeros') return { position, slope: emit.scalar(1) }
  const mirrored =
    padding === 'border' ? { position, slope: emit.scalar(1) } : reflected(position, axis, emit)
  const clamped = inside(mirrored.position, axis, emit)
  const free = emit.cast(emit.test('Equal', clamped, mirrored.position), 'float32')
  return { position: clamped, slope: emit.mul(mirrored.slope, free) }
}

/** A position mirrored at the image's ends as often as it takes to lie between them. */
function reflected(
  position: Value,
  { extent, alignCorners }: GridAxis,
  emit: Emitter,
): { readonly position: Value; readonly slope: Value } {
  const [first, span] = alignCorners ? [0, extent - 1] : [-0.5, extent]
  if (span === 0) return { position: emit.mul(position, 0), slope: emit.scalar(0) }
  const t = emit.div(emit.sub(position, first), span)
  const turn = emit.map('Floor', t)
  const isBack = emit.sub(turn, emit.mul(2, emit.map('Floor', emit.mul(turn, 0.5))))
  const fraction = emit.sub(t, turn)
  const slope = emit.sub(1, emit.mul(2, isBack))
  const along = emit.add(emit.mul(fraction, slope), isBack)
  return { position: emit.add(emit.mul(along, span), first), slope }
}

/** 1 where the pixel exists or another stands for it, else 0. */
function presence(pixel: Value, axis: GridAxis, padding: GridPadding, emit: Emitter): Value {
  return padding !== 'zeros'
    ? emit.scalar(1)
    : emit.cast(emit.test('Equal', inside(pixel, axis, emit), pixel), 'float32')
}

function inside(pixel: Value, { extent }: GridAxis, emit: Emitter): Value {
  return emit.clamp(pixel, 0, extent - 1)
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
    index: emit.cast(
      emit.sum(choice.map(({ index }, axis) => emit.mul(index, entry(strides, axis)))),
      'int64',
    ),
    weights: choice.map(({ weight }) => weight),
    slopes: choice.map(({ slope }) => slope),
  }))
}

import { sizeOf, type Shape } from '../tensor/tensor.ts'
import type { Emitter } from './emitter.ts'
import type { Value } from './value.ts'

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
export function gridAxes(grid: Value, image: Shape, alignCorners: boolean, emit: Emitter): GridAxis[] {
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
export function linearCorners(axes: readonly GridAxis[], padding: GridPadding, emit: Emitter): Corner[] {
  return combined(
    axes,
    axes.map((axis) => linearNeighbours(axis, padding, emit)),
    emit,
  )
}

/** The nearest pixel alone; a half goes to the even one. */
export function nearestCorner(axes: readonly GridAxis[], padding: GridPadding, emit: Emitter): Corner[] {
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

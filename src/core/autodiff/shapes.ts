import { internalError } from '../errors.ts'
import { extentOf, type Shape } from '../tensor/tensor.ts'

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** The extent of an axis that broadcasting adds or stretches. */
export const broadcastExtent = 1

/** NumPy's broadcasting, as ONNX's. */
export function broadcastShapes(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? broadcastExtent)
    const extent = extents.find((each) => each !== broadcastExtent) ?? broadcastExtent
    if (extents.some((each) => each !== broadcastExtent && each !== extent))
      throw internalError(
        `shapes ${shapes.map((shape) => `[${shape.join()}]`).join(' and ')} do not broadcast`,
      )
    return extent
  })
}

/** An axis counted from the front; ONNX counts negative ones from the back. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

export function permuted(shape: Shape, permutation: readonly number[]): Shape {
  return permutation.map((axis) => extentOf(shape, axis))
}

/** The shape after a reduction over non-negative `axes`. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDimensions: boolean): Shape {
  return shape.flatMap((extent, axis) => (axes.includes(axis) ? (keepDimensions ? [1] : []) : [extent]))
}

/** 0, 1, …, count − 1 */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

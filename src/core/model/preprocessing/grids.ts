import type { ImageSize } from '../../tensor/resample.ts'
import type { Mask } from '../../image/mask.ts'
import type { FitPlan } from './fit.ts'
import type { Rectangle } from '../../image/boxes.ts'

/**
 * Takes masks between the image's own grid and the grid of the model's dense output, which is laid evenly
 * over the model's frame.
 */
export interface MaskGrid {
  /** The output's grid. */
  readonly output: ImageSize
  /** Each output pixel takes the image's pixel at its centre; those that lie on padding take `outside`. */
  toOutput(mask: Mask): Mask
  /**
   * Each pixel of the image takes the output's pixel at its centre; those that the model doesn't see take
   * `outside`.
   */
  toImage(mask: Mask): Mask
}

/** @param outside class index of what no pixel says; of overlapping classes none is shown there */
export function maskGrid(plan: FitPlan, output: ImageSize, outside: number): MaskGrid {
  const axes = [0, 1].map((axis) => axisOf(plan, output, axis as 0 | 1))
  const [rows, columns] = axes
  const nowhere = new Int32Array(0)
  const tables = (side: keyof AxisTables): Sampling => ({
    rows: rows?.[side] ?? nowhere,
    columns: columns?.[side] ?? nowhere,
    outside,
  })
  return {
    output,
    toOutput: (mask) => sampled(mask, tables('imageAt')),
    toImage: (mask) => sampled(mask, tables('outputAt')),
  }
}

/** Indices along one axis; −1 where there is nothing. */
interface AxisTables {
  /** Index of the image's pixel for each of the output's. */
  readonly imageAt: Int32Array
  /** Index of the output's pixel for each of the image's. */
  readonly outputAt: Int32Array
}

/**
 * Positions are in units of pixels, pixel i from i to i + 1: image = start + (frame − offset) · scale, frame
 * = output · step.
 */
function axisOf({ from, box, size, at, to }: FitPlan, output: ImageSize, axis: 0 | 1): AxisTables {
  const [start, offset] = axis === 0 ? [box.top, at.top] : [box.left, at.left]
  const scale = box.size[axis] / size[axis]
  const step = to[axis] / output[axis]
  const imageAt = (i: number) =>
    within(start + ((i + 0.5) * step - offset) * scale, start, start + box.size[axis])
  const outputAt = (i: number) =>
    i < start || i >= start + box.size[axis]
      ? -1
      : within(((i + 0.5 - start) / scale + offset) / step, 0, output[axis])
  return { imageAt: table(output[axis], imageAt), outputAt: table(from[axis], outputAt) }
}

function within(position: number, first: number, end: number): number {
  const index = Math.floor(position)
  return index >= first && index < end ? index : -1
}

function table(length: number, at: (index: number) => number): Int32Array {
  return Int32Array.from({ length }, (_, index) => at(index))
}

interface Sampling {
  readonly rows: Int32Array
  readonly columns: Int32Array
  readonly outside: number
}

function sampled({ rows, columns, overlapping, values }: Mask, to: Sampling): Mask {
  const [source, size] = [rows * columns, to.rows.length * to.columns.length]
  const planes = values.length / source
  const out = new Uint8Array(planes * size).fill(overlapping ? 0 : to.outside)
  for (let plane = 0; plane < planes; plane++)
    to.rows.forEach((row, r) => {
      if (row < 0) return
      to.columns.forEach((column, c) => {
        if (column >= 0)
          out[plane * size + r * to.columns.length + c] = values[plane * source + row * columns + column] ?? 0
      })
    })
  return { rows: to.rows.length, columns: to.columns.length, overlapping, values: out }
}

/**
 * A rectangle of the model's frame in the image's own pixels, cut off at the image's edges; it may be empty
 * then.
 */
export function boxToImage<Box extends Rectangle>({ from, box, size, at }: FitPlan, rectangle: Box): Box {
  const axis = (index: 0 | 1) => {
    const [start, offset] = index === 0 ? [box.top, at.top] : [box.left, at.left]
    const scale = box.size[index] / size[index]
    return (position: number) => Math.min(from[index], Math.max(0, start + (position - offset) * scale))
  }
  const [y, x] = [axis(0), axis(1)]
  return { ...rectangle, x0: x(rectangle.x0), y0: y(rectangle.y0), x1: x(rectangle.x1), y1: y(rectangle.y1) }
}

import { imageBatchExtents } from '../tensor/image-batch.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'

/**
 * What cameras and scanners do to images [N, C, H, W], after Hendrycks and Dietterich 2019; see
 * methods/corruption.ts.
 */

/** mean + factor · (x − mean), each channel by its own mean. */
export function contrastLowered(x: Tensor, factor: number): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Contrast')
  const lowered = tensor(x.shape)
  const size = rows * columns
  for (let plane = 0; plane < count * channels; plane++) {
    const values = x.data.subarray(plane * size, (plane + 1) * size)
    const mean = values.reduce((sum, value) => sum + value, 0) / size
    lowered.data.set(
      values.map((value) => mean + factor * (value - mean)),
      plane * size,
    )
  }
  return lowered
}

export interface Motion {
  /** Pixels. */
  readonly length: number
  /** Radians from the row's direction. */
  readonly angle: number
}

/**
 * The mean of the image along a short line through each pixel; values between pixels are bilinear, edges are
 * repeated.
 */
export function motionBlurred(x: Tensor, { length, angle }: Motion): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Motion')
  const blurred = tensor(x.shape)
  const offsets = Array.from({ length }, (_, i) => i - (length - 1) / 2)
  for (let plane = 0; plane < count * channels; plane++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const at = (offset: number) => ({
          row: row + offset * Math.sin(angle),
          column: column + offset * Math.cos(angle),
        })
        const sum = offsets.reduce(
          (total, offset) => total + bilinear(x.data, { plane, rows, columns }, at(offset)),
          0,
        )
        blurred.data[(plane * rows + row) * columns + column] = sum / length
      }
  return blurred
}

interface Plane {
  readonly plane: number
  readonly rows: number
  readonly columns: number
}

function bilinear(
  data: Float32Array,
  { plane, rows, columns }: Plane,
  at: { readonly row: number; readonly column: number },
): number {
  const [top, left] = [Math.floor(at.row), Math.floor(at.column)]
  const [down, right] = [at.row - top, at.column - left]
  const value = (row: number, column: number) =>
    data[(plane * rows + within(row, rows)) * columns + within(column, columns)] ?? 0
  const above = (1 - right) * value(top, left) + right * value(top, left + 1)
  const below = (1 - right) * value(top + 1, left) + right * value(top + 1, left + 1)
  return (1 - down) * above + down * below
}

function within(index: number, extent: number): number {
  return Math.min(Math.max(index, 0), extent - 1)
}

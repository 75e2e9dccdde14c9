import { RadversaryError } from '../errors.ts'
import { gaussianTaps } from '../tensor/gaussian.ts'
import { FilteredLines } from '../math/ssim.ts'

const size = 11
const taps = gaussianTaps({ size, sigma: 1.5 })

/** Two planes of the same extents, in C order. */
export interface PlanePair {
  readonly a: ArrayLike<number>
  readonly b: ArrayLike<number>
  readonly rows: number
  readonly columns: number
}

/**
 * Mean structural similarity of two planes (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13:600, 2004, equation
 * 13), with their 11x11 Gaussian of sigma 1.5, K1 = 0.01 and K2 = 0.03, over the positions where the whole
 * window lies in the image. `dataRange` is their L, the width of the range that pixel values can take. null
 * for planes smaller than the window, where it is not defined.
 */
export function ssim({ a, b, rows, columns }: PlanePair, dataRange: number): number | null {
  if (!(dataRange > 0))
    throw new RadversaryError('usage', `SSIM: expected a data range above 0, got ${dataRange}`)
  if (rows < size || columns < size) return null
  const c1 = (0.01 * dataRange) ** 2
  const c2 = (0.03 * dataRange) ** 2
  const lines = new FilteredLines(columns - size + 1, taps)
  let total = 0
  for (let row = 0; row < rows; row++) {
    lines.push(a, b, row * columns)
    if (row >= size - 1) total += lines.similarity(c1, c2)
  }
  return total / ((rows - size + 1) * (columns - size + 1))
}

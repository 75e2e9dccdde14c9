import type { PlaneSize } from './defences.ts'

/** Parallel beams through a plane: views at equal angles of a half turn, bins a pixel wide. */
export interface Beams extends PlaneSize {
  readonly views: number
}

/** Bins of a view: as many as the diagonal has pixels, and one on either side. */
export function binsOf({ rows, columns }: PlaneSize): number {
  return Math.ceil(Math.hypot(rows, columns)) + 2
}

/** A view: where in its bins the first pixel lies, and how far the next column and row are. */
interface View {
  readonly first: number
  readonly right: number
  readonly down: number
}

function viewOf({ rows, columns, views }: Beams, view: number): View {
  const angle = (Math.PI * view) / views
  const [right, down] = [Math.cos(angle), Math.sin(angle)]
  const bins = binsOf({ rows, columns })
  const middle = (bins - 1) / 2 - (right * (columns - 1) + down * (rows - 1)) / 2
  return { first: view * bins + middle, right, down }
}

/** Line integrals [views · bins], in pixels: each pixel is shared by the two bins that it lies between. */
export function projected(plane: Float32Array, beams: Beams): Float64Array {
  const sums = new Float64Array(beams.views * binsOf(beams))
  for (let view = 0; view < beams.views; view++) {
    const { first, right, down } = viewOf(beams, view)
    for (let row = 0, pixel = 0; row < beams.rows; row++)
      for (let column = 0; column < beams.columns; column++, pixel++) {
        const at = first + right * column + down * row
        const bin = Math.floor(at)
        sums[bin] += (1 - (at - bin)) * plane[pixel]
        sums[bin + 1] += (at - bin) * plane[pixel]
      }
  }
  return sums
}

/**
 * The image of line integrals [views · bins]: filtered by Ramachandran and Lakshminarayanan's kernel (PNAS
 * 68:2236, 1971) and projected back.
 */
export function reconstructed(sums: Float64Array, beams: Beams): Float32Array {
  const filtered = rampFiltered(sums, beams)
  const plane = new Float32Array(beams.rows * beams.columns)
  const scale = Math.PI / beams.views
  for (let view = 0; view < beams.views; view++) {
    const { first, right, down } = viewOf(beams, view)
    for (let row = 0, pixel = 0; row < beams.rows; row++)
      for (let column = 0; column < beams.columns; column++, pixel++) {
        const at = first + right * column + down * row
        const bin = Math.floor(at)
        plane[pixel] += scale * (filtered[bin] + (at - bin) * (filtered[bin + 1] - filtered[bin]))
      }
  }
  return plane
}

/** 1/4 in the middle, −1/(π·k)² at odd distances k, 0 at even ones. */
function rampFiltered(sums: Float64Array, beams: Beams): Float64Array {
  const bins = binsOf(beams)
  const filtered = new Float64Array(sums.length)
  for (let start = 0; start < sums.length; start += bins)
    for (let bin = 0; bin < bins; bin++) {
      let sum = sums[start + bin] / 4
      for (let other = (bin + 1) % 2; other < bins; other += 2)
        sum -= sums[start + other] / (Math.PI * (other - bin)) ** 2
      filtered[start + bin] = sum
    }
  return filtered
}

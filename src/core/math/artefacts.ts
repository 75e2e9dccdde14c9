import type { PlaneSize } from './defences.ts'

/** Loops over pixels of what scanners and cameras do to a plane. */

/** Writes f(value, row, column) for every pixel, rows and columns counted from 0. */
export function mapPixels(
  plane: Float32Array,
  { rows, columns }: PlaneSize,
  f: (value: number, row: number, column: number) => number,
): Float32Array {
  const mapped = new Float32Array(plane.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column
      mapped[at] = f(plane[at], row, column)
    }
  return mapped
}

/** The mean over discs of a radius in pixels, edges repeated: a lens out of focus. */
export function discBlurred(plane: Float32Array, { rows, columns }: PlaneSize, radius: number): Float32Array {
  const blurred = new Float32Array(plane.length)
  const reach = Math.floor(radius)
  const line = new Float64Array(columns + 2 * reach + 2)
  let count = 0
  for (let down = -reach; down <= reach; down++) {
    const half = Math.floor(Math.sqrt(radius * radius - down * down))
    count += 2 * half + 1
    for (let row = 0; row < rows; row++) {
      const from = Math.min(Math.max(row + down, 0), rows - 1) * columns
      for (let at = 0; at <= columns + 2 * reach; at++)
        line[at + 1] = line[at] + plane[from + Math.min(Math.max(at - reach, 0), columns - 1)]
      for (let column = 0; column < columns; column++)
        blurred[row * columns + column] += line[column + reach + half + 1] - line[column + reach - half]
    }
  }
  for (let i = 0; i < blurred.length; i++) blurred[i] /= count
  return blurred
}

/** Three means over squares, edges repeated: near to a Gaussian of any width, at the cost of a narrow one. */
export function widelyBlurred(plane: Float32Array, size: PlaneSize, sigma: number): Float32Array {
  const reach = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2))
  let blurred = plane
  for (let pass = 0; pass < 3; pass++) {
    blurred = alongRows(blurred, size, reach)
    blurred = alongColumns(blurred, size, reach)
  }
  return blurred
}

function alongRows(plane: Float32Array, { rows, columns }: PlaneSize, reach: number): Float32Array {
  const means = new Float32Array(plane.length)
  for (let row = 0; row < rows; row++)
    running(plane, means, { first: row * columns, step: 1, length: columns, reach })
  return means
}

function alongColumns(plane: Float32Array, { rows, columns }: PlaneSize, reach: number): Float32Array {
  const means = new Float32Array(plane.length)
  for (let column = 0; column < columns; column++)
    running(plane, means, { first: column, step: columns, length: rows, reach })
  return means
}

interface Line {
  readonly first: number
  readonly step: number
  readonly length: number
  readonly reach: number
}

function running(plane: Float32Array, means: Float32Array, { first, step, length, reach }: Line): void {
  const at = (place: number) => plane[first + step * Math.min(Math.max(place, 0), length - 1)]
  let sum = 0
  for (let place = -reach; place <= reach; place++) sum += at(place)
  for (let place = 0; place < length; place++) {
    means[first + step * place] = sum / (2 * reach + 1)
    sum += at(place + reach + 1) - at(place - reach)
  }
}

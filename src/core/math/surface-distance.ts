/** Distances between neighbouring pixels, of one unit. */
export interface Spacing {
  readonly row: number
  readonly column: number
}

/** A plane's extents. */
export interface PlaneGrid {
  readonly rows: number
  readonly columns: number
  readonly spacing: Spacing
}

/**
 * HD95 of two planes of 0 and 1: the larger of the two 95th percentiles (linear interpolation) of the
 * distances from each boundary pixel of the one to the nearest of the other (Maier-Hein, Reinke et al.,
 * "Metrics reloaded", Nature Methods 2024). A boundary pixel has a neighbour by an edge that is 0 or outside
 * the image. null where either is empty: it is not defined.
 */
export function hd95(a: Uint8Array, b: Uint8Array, grid: PlaneGrid): number | null {
  const [edgeA, edgeB] = [boundaryOf(a, grid), boundaryOf(b, grid)]
  if (edgeA.length === 0 || edgeB.length === 0) return null
  const directed = (from: readonly number[], to: readonly number[]) => {
    const squares = squaredDistances(to, grid)
    return percentile95(from.map((pixel) => Math.sqrt(squares[pixel])))
  }
  return Math.max(directed(edgeA, edgeB), directed(edgeB, edgeA))
}

function boundaryOf(plane: Uint8Array, { rows, columns }: PlaneGrid): number[] {
  const isSet = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < rows && column < columns && plane[row * columns + column] === 1
  const boundary: number[] = []
  for (let i = 0; i < plane.length; i++) {
    if (plane[i] !== 1) continue
    const [row, column] = [Math.floor(i / columns), i % columns]
    const isInside =
      isSet(row - 1, column) && isSet(row + 1, column) && isSet(row, column - 1) && isSet(row, column + 1)
    if (!isInside) boundary.push(i)
  }
  return boundary
}

/**
 * The squared distance of every pixel to the nearest of `seeds`, exact, in two passes of lower envelopes of
 * parabolas (Felzenszwalb, Huttenlocher, Theory of Computing 8:415, 2012).
 */
function squaredDistances(seeds: readonly number[], { rows, columns, spacing }: PlaneGrid): Float64Array {
  const squares = new Float64Array(rows * columns).fill(Infinity)
  for (const seed of seeds) squares[seed] = 0
  const column = new Float64Array(rows)
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) column[r] = squares[r * columns + c]
    envelope(column, spacing.row).forEach((square, r) => (squares[r * columns + c] = square))
  }
  for (let r = 0; r < rows; r++) {
    const line = squares.subarray(r * columns, (r + 1) * columns)
    line.set(envelope(line, spacing.column))
  }
  return squares
}

/** min over q of f(q) + ((p − q) · step)² for every p. */
function envelope(f: Float64Array, step: number): Float64Array {
  const vertices: number[] = []
  const starts: number[] = []
  for (let q = 0; q < f.length; q++) {
    if (f[q] === Infinity) continue
    let start = -Infinity
    while (vertices.length > 0) {
      start = crossing(f, vertices[vertices.length - 1], q, step)
      if (start > starts[starts.length - 1]) break
      vertices.pop()
      starts.pop()
      start = -Infinity
    }
    vertices.push(q)
    starts.push(start)
  }
  return vertices.length === 0 ? f.slice() : lowest(f, vertices, starts, step)
}

/** Where the parabola at q falls below the one at p < q, in pixels. */
function crossing(f: Float64Array, p: number, q: number, step: number): number {
  return (f[q] - f[p]) / (2 * step * step * (q - p)) + (p + q) / 2
}

function lowest(
  f: Float64Array,
  vertices: readonly number[],
  starts: readonly number[],
  step: number,
): Float64Array {
  let at = 0
  return f.map((_, p) => {
    while (at + 1 < starts.length && starts[at + 1] < p) at++
    const q = vertices[at]
    return f[q] + ((p - q) * step) ** 2
  })
}

/** NumPy's percentile: between the two nearest ranks by linear interpolation. */
function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = 0.95 * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]]
  return below + (above - below) * (rank - Math.floor(rank))
}

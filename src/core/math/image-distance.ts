/** Relative intensities as a window shows them: within [0, 1]. */
export function clippedToWindow(relative: Float32Array): Float32Array {
  const clipped = new Float32Array(relative.length)
  for (let i = 0; i < clipped.length; i++) clipped[i] = Math.min(Math.max(relative[i], 0), 1)
  return clipped
}

/** Pixel-interleaved stored values [H, W, C] as planes [C, H, W]; the same array for one channel. */
export function toPlanes(values: ArrayLike<number>, channels: number): ArrayLike<number> {
  if (channels === 1) return values
  const plane = values.length / channels
  const planes = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++)
    planes[(i % channels) * plane + Math.floor(i / channels)] = values[i]
  return planes
}

/** The largest difference, the sum of their squares, and how many values differ. */
export function differences(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { largest: number; squares: number; changed: number } {
  let [largest, squares, changed] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i])
    largest = Math.max(largest, difference)
    squares += difference * difference
    changed += Number(difference > 0)
  }
  return { largest, squares, changed }
}

/** The 11-tap window of SSIM along one axis, from its middle outwards; it is symmetric. */
export type HalfWindow = readonly [number, number, number, number, number, number]

const windowSize = 11

/** What SSIM sums of two images about an offset: a, b, a² + b² and ab, a line of an image each. */
type Moments = readonly [a: Float64Array, b: Float64Array, squares: Float64Array, products: Float64Array]

/** A line of each moment among those of the window's other lines. */
const moments = [0, 1, 2, 3] as const

/**
 * The last 11 lines of two images, so that each plane is passed over once. Windows are combined along columns
 * first, then along the line. Sums are taken about the first line's mean: variances are differences of
 * moments, and those of bright, flat images would lose their digits. SSIM asks for the sum of both variances
 * only, so a² and b² are one moment. The taps are written out, six products for eleven values: a loop over
 * them takes twice as long.
 */
export class SimilarityLines {
  private readonly ring: readonly Moments[]
  private readonly combined: Moments
  private readonly windows: Moments
  private count = 0
  private offset = 0

  /** @param columns of both images, at least 11 */
  constructor(
    private readonly columns: number,
    private readonly half: HalfWindow,
  ) {
    this.ring = Array.from({ length: windowSize }, () => momentsOf(columns))
    this.combined = momentsOf(columns)
    this.windows = momentsOf(columns - windowSize + 1)
  }

  /** Takes in the line of both images that begins at `start`. */
  push(a: ArrayLike<number>, b: ArrayLike<number>, start: number): void {
    if (this.count === 0) this.offset = meanOf(a, start, this.columns)
    const { offset } = this
    const [lineA, lineB, squares, products] = this.ring[this.count % windowSize]
    this.count++
    for (let v = 0; v < lineA.length; v++) {
      const p = a[start + v] - offset
      const q = b[start + v] - offset
      lineA[v] = p
      lineB[v] = q
      squares[v] = p * p + q * q
      products[v] = p * q
    }
  }

  /** Sum of the similarity index over the windows that end with the last line; after 11 lines. */
  similarity(c1: number, c2: number): number {
    const lines = Array.from({ length: windowSize }, (_, k) => this.ring[(this.count + k) % windowSize])
    for (const m of moments) {
      combineLines(
        this.combined[m],
        lines.map((line) => line[m]),
        this.half,
      )
      combineAlong(this.windows[m], this.combined[m], this.half)
    }
    return this.indices(c1, c2)
  }

  private indices(c1: number, c2: number): number {
    const [a, b, squares, products] = this.windows
    const { offset } = this
    let total = 0
    for (let v = 0; v < a.length; v++) {
      const [ma, mb] = [a[v], b[v]]
      const [meanA, meanB] = [ma + offset, mb + offset]
      const structure = 2 * (products[v] - ma * mb) + c2
      const spread = squares[v] - (ma * ma + mb * mb) + c2
      total += ((2 * meanA * meanB + c1) * structure) / ((meanA * meanA + meanB * meanB + c1) * spread)
    }
    return total
  }
}

/** out ← Σ_k window[k] · lines[k], of 11 lines. */
function combineLines(out: Float64Array, lines: readonly Float64Array[], half: HalfWindow): void {
  const [h0, h1, h2, h3, h4, h5] = half
  const [a, b, c, d, e, middle, f, g, h, i, j] = lines
  for (let v = 0; v < out.length; v++)
    out[v] =
      h0 * middle[v] +
      h1 * (e[v] + f[v]) +
      h2 * (d[v] + g[v]) +
      h3 * (c[v] + h[v]) +
      h4 * (b[v] + i[v]) +
      h5 * (a[v] + j[v])
}

/** out[v] ← Σ_k window[k] · line[v + k]. */
function combineAlong(out: Float64Array, line: Float64Array, half: HalfWindow): void {
  const [h0, h1, h2, h3, h4, h5] = half
  for (let v = 0; v < out.length; v++)
    out[v] =
      h0 * line[v + 5] +
      h1 * (line[v + 4] + line[v + 6]) +
      h2 * (line[v + 3] + line[v + 7]) +
      h3 * (line[v + 2] + line[v + 8]) +
      h4 * (line[v + 1] + line[v + 9]) +
      h5 * (line[v] + line[v + 10])
}

function momentsOf(columns: number): Moments {
  const line = () => new Float64Array(columns)
  return [line(), line(), line(), line()]
}

function meanOf(values: ArrayLike<number>, start: number, count: number): number {
  let total = 0
  for (let v = 0; v < count; v++) total += values[start + v]
  return total / count
}

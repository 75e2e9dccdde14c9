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

/** A copy of a plane. */
export function planeOf(image: ArrayLike<number>, start: number, length: number): Float64Array {
  const plane = new Float64Array(length)
  for (let i = 0; i < length; i++) plane[i] = image[start + i]
  return plane
}

/**
 * The last rows of a window (11), filtered along the row: a, b, a², b² and ab, so that a plane is passed over
 * once and only that many rows are held. Sums are taken about the first row's mean: variances are differences
 * of moments, and those of bright, flat images would lose their digits.
 */
export class FilteredLines {
  private readonly ring: Moments[]
  private readonly sums: Moments
  private count = 0
  private offset = 0

  /** @param taps of the window, along one axis */
  constructor(
    private readonly width: number,
    private readonly taps: Float64Array,
  ) {
    this.ring = Array.from(taps, () => moments(width))
    this.sums = moments(width)
  }

  /** Takes in the row that begins at `start`. */
  push(a: ArrayLike<number>, b: ArrayLike<number>, start: number): void {
    if (this.count === 0) this.offset = meanOf(a, start, this.width)
    const { taps } = this
    const size = taps.length
    const line = this.ring[this.count % size]
    this.count++
    for (let v = 0; v < this.width; v++) {
      let [ma, mb, aa, bb, ab] = [0, 0, 0, 0, 0]
      for (let k = 0; k < size; k++) {
        const tap = taps[k]
        const p = a[start + v + k] - this.offset
        const q = b[start + v + k] - this.offset
        ma += tap * p
        mb += tap * q
        aa += tap * p * p
        bb += tap * q * q
        ab += tap * p * q
      }
      line.a[v] = ma
      line.b[v] = mb
      line.aa[v] = aa
      line.bb[v] = bb
      line.ab[v] = ab
    }
  }

  /** Sum of the similarity index over the positions of the row of windows that ends with the last row. */
  similarity(c1: number, c2: number): number {
    const { a, b, aa, bb, ab } = this.combined()
    let total = 0
    for (let v = 0; v < this.width; v++) {
      const [ma, mb] = [a[v], b[v]]
      const varianceA = aa[v] - ma * ma
      const varianceB = bb[v] - mb * mb
      const covariance = ab[v] - ma * mb
      const [meanA, meanB] = [ma + this.offset, mb + this.offset]
      const luminance = (2 * meanA * meanB + c1) / (meanA * meanA + meanB * meanB + c1)
      total += (luminance * (2 * covariance + c2)) / (varianceA + varianceB + c2)
    }
    return total
  }

  private combined(): Moments {
    const { taps } = this
    const size = taps.length
    for (const name of names) {
      const sum = this.sums[name].fill(0)
      for (let k = 0; k < size; k++) {
        const line = this.ring[(this.count + k) % size][name]
        const tap = taps[k]
        for (let v = 0; v < sum.length; v++) sum[v] = sum[v] + tap * line[v]
      }
    }
    return this.sums
  }
}

const names = ['a', 'b', 'aa', 'bb', 'ab'] as const

type Moments = Record<(typeof names)[number], Float64Array>

function moments(width: number): Moments {
  const line = () => new Float64Array(width)
  return { a: line(), b: line(), aa: line(), bb: line(), ab: line() }
}

function meanOf(values: ArrayLike<number>, start: number, count: number): number {
  let total = 0
  for (let v = 0; v < count; v++) total += values[start + v]
  return total / count
}

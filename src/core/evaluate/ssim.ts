import { RadversaryError } from '../errors.ts'
import { gaussianTaps } from '../tensor/gaussian.ts'

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
  const lines = new FilteredLines(columns - size + 1)
  let total = 0
  for (let row = 0; row < rows; row++) {
    lines.push(a, b, row * columns)
    if (row >= size - 1) total += lines.similarity(c1, c2)
  }
  return total / ((rows - size + 1) * (columns - size + 1))
}

/**
 * The last 11 rows, filtered along the row: a, b, a², b² and ab, so that a plane is passed over once and only
 * 11 rows are held. Sums are taken about the first row's mean: variances are differences of moments, and
 * those of bright, flat images would lose their digits.
 */
class FilteredLines {
  private readonly ring: Moments[]
  private readonly sums: Moments
  private count = 0
  private offset = 0

  constructor(private readonly width: number) {
    this.ring = taps.reduce<Moments[]>((ring) => [...ring, moments(width)], [])
    this.sums = moments(width)
  }

  /** Takes in the row that begins at `start`. */
  push(a: ArrayLike<number>, b: ArrayLike<number>, start: number): void {
    if (this.count === 0) this.offset = meanOf(a, start, this.width)
    const line = this.ring[this.count % size] ?? this.sums
    this.count++
    for (let v = 0; v < this.width; v++) {
      let [ma, mb, aa, bb, ab] = [0, 0, 0, 0, 0]
      for (let k = 0; k < size; k++) {
        const tap = taps[k] ?? 0
        const p = (a[start + v + k] ?? 0) - this.offset
        const q = (b[start + v + k] ?? 0) - this.offset
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
      const [ma, mb] = [a[v] ?? 0, b[v] ?? 0]
      const varianceA = (aa[v] ?? 0) - ma * ma
      const varianceB = (bb[v] ?? 0) - mb * mb
      const covariance = (ab[v] ?? 0) - ma * mb
      const [meanA, meanB] = [ma + this.offset, mb + this.offset]
      const luminance = (2 * meanA * meanB + c1) / (meanA * meanA + meanB * meanB + c1)
      total += (luminance * (2 * covariance + c2)) / (varianceA + varianceB + c2)
    }
    return total
  }

  private combined(): Moments {
    for (const name of names) {
      const sum = this.sums[name].fill(0)
      for (let k = 0; k < size; k++) {
        const line = this.ring[(this.count + k) % size]?.[name] ?? sum
        const tap = taps[k] ?? 0
        for (let v = 0; v < sum.length; v++) sum[v] = (sum[v] ?? 0) + tap * (line[v] ?? 0)
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
  for (let v = 0; v < count; v++) total += values[start + v] ?? 0
  return total / count
}

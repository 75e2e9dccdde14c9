import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Interval {
  readonly lower: number
  readonly upper: number
}

const resamples = 2000

/**
 * The percentile bootstrap's interval of 95 % for a statistic of `count` values, by the indices of those
 * drawn (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3), 2,000 resamples. The
 * same values and seed give the same interval; null of nothing. Resamples without a value (null) are left
 * out. Not for proportions, whose interval it takes for a point where all values are the same: Wilson's is.
 */
export function bootstrapOf(
  count: number,
  statistic: (drawn: Int32Array) => number | null,
  seed = 0,
): Interval | null {
  if (count === 0) return null
  const random = xoroshiro128plus(seed)
  const found: number[] = []
  const drawn = new Int32Array(count)
  for (let round = 0; round < resamples; round++) {
    for (let i = 0; i < count; i++) drawn[i] = uniformInt(random, 0, count - 1)
    const value = statistic(drawn)
    if (value !== null) found.push(value)
  }
  if (found.length === 0) return null
  const sorted = Float64Array.from(found).sort()
  return { lower: quantile(sorted, 0.025), upper: quantile(sorted, 0.975) }
}

/** Quantile of sorted values, interpolated between the two nearest. */
function quantile(sorted: Float64Array, at: number): number {
  const place = at * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [sorted[below] ?? NaN, sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN]
  return a + (place - below) * (b - a)
}

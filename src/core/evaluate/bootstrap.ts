import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Interval {
  readonly lower: number
  readonly upper: number
}

const resamples = 2000

/**
 * The percentile bootstrap's interval of 95 % for a mean (Efron and Tibshirani, An Introduction to the
 * Bootstrap, 1993, section 13.3), 2,000 resamples. The same values and seed give the same interval; null of
 * nothing. Of values that are all the same it is that value alone: give a Wilson interval beside it where
 * these are successes.
 */
export function bootstrapInterval(values: readonly number[], seed = 0): Interval | null {
  return bootstrapOf(values.length, (drawn) => meanAt(values, drawn), seed)
}

/**
 * The same of any statistic of `count` values, by the indices of those drawn; where a resample has none
 * (null) it is left out.
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

function meanAt(values: readonly number[], drawn: Int32Array): number {
  let sum = 0
  for (const i of drawn) sum += values[i] ?? NaN
  return sum / drawn.length
}

/** Of sorted values, between the two nearest. */
function quantile(sorted: Float64Array, at: number): number {
  const place = at * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [sorted[below] ?? NaN, sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN]
  return a + (place - below) * (b - a)
}

import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Interval {
  readonly lower: number
  readonly upper: number
}

const resamples = 2000

/**
 * The percentile bootstrap's interval of 95 % for a mean (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3),
 * 2,000 resamples. The same values and seed give the same interval; null of nothing. Of values that are all the same it is that value
 * alone: give a Wilson interval beside it where these are successes.
 */
export function bootstrapInterval(values: readonly number[], seed = 0): Interval | null {
  const count = values.length
  if (count === 0) return null
  const random = xoroshiro128plus(seed)
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0
    for (let drawn = 0; drawn < count; drawn++) sum += values[uniformInt(random, 0, count - 1)] ?? NaN
    return sum / count
  }).sort()
  return { lower: quantile(means, 0.025), upper: quantile(means, 0.975) }
}

/** Of sorted values, between the two nearest. */
function quantile(sorted: Float64Array, at: number): number {
  const place = at * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [sorted[below] ?? NaN, sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN]
  return a + (place - below) * (b - a)
}

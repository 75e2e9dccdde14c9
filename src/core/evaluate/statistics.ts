import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'

/** Mean of the values that are not null; null where there are none. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Mean and population variance; null of nothing. */
export interface Spread {
  readonly mean: number | null
  readonly variance: number | null
}

/** Two passes, in double precision; nulls are left out. */
export function spreadOf(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return { mean: null, variance: null }
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length
  return { mean, variance }
}

/** The spread of all values of several parts of one size, from each part's own: the law of total variance. */
export function pooledSpread(parts: readonly Spread[]): Spread {
  const means = spreadOf(parts.map(({ mean }) => mean))
  const within = spreadOf(parts.map(({ variance }) => variance)).mean
  if (means.variance === null || within === null) return { mean: null, variance: null }
  return { mean: means.mean, variance: within + means.variance }
}

/** A proportion with its confidence interval. */
export interface Proportion {
  readonly successes: number
  readonly count: number
  /** null of nothing. */
  readonly rate: number | null
  readonly lower: number
  readonly upper: number
}

/** Quantile 0.975 of the standard normal distribution, for intervals of 95 %. */
export const z95 = 1.959963984540054

/**
 * Wilson's score interval of 95 % (JASA 22:209, 1927): it holds for few samples and for rates of 0 and 1, and
 * stays within [0, 1].
 */
export function wilsonInterval(successes: number, count: number): Proportion {
  if (!(successes >= 0 && successes <= count))
    throw new RadversaryError('usage', `Interval: expected at most ${count} successes, got ${successes}`)
  if (count === 0) return { successes, count, rate: null, lower: 0, upper: 1 }
  const rate = successes / count
  const spread = z95 ** 2 / count
  const centre = (rate + spread / 2) / (1 + spread)
  const half = (z95 * Math.sqrt((rate * (1 - rate) + spread / 4) / count)) / (1 + spread)
  return {
    successes,
    count,
    rate,
    lower: successes === 0 ? 0 : centre - half,
    upper: successes === count ? 1 : centre + half,
  }
}

/** A difference of two rates; null where either is of nothing. */
export interface RateDifference {
  readonly value: number | null
  readonly lower: number
  readonly upper: number
}

/**
 * The second rate minus the first, of independent samples, with the interval of 95 % that Newcombe makes of
 * Wilson's (Stat. Med. 17:873, 1998, method 10).
 */
export function differenceOf(first: Proportion, second: Proportion): RateDifference {
  if (first.rate === null || second.rate === null) return { value: null, lower: -1, upper: 1 }
  const value = second.rate - first.rate
  return {
    value,
    lower: value - Math.hypot(second.rate - second.lower, first.upper - first.rate),
    upper: value + Math.hypot(second.upper - second.rate, first.rate - first.lower),
  }
}

export interface Interval {
  readonly lower: number
  readonly upper: number
}

const resamples = 2000

/** How values are drawn again. */
export interface Resampling {
  readonly seed?: number
  /**
   * What each value was measured on, e.g. a number for each patient: all values of one are drawn
   * together, since they are not independent. Each value by itself where it is left out.
   */
  readonly clusters?: readonly number[] | undefined
}

/**
 * The percentile bootstrap's interval of 95 % for a statistic of `count` values, by the indices of those
 * drawn (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3), 2,000 resamples; of
 * clusters, which are drawn whole, as of values (Davison and Hinkley, Bootstrap Methods, 1997, section 3.8).
 * The same values and seed give the same interval. Resamples without a value (null) are left out. Null of
 * nothing, and where all resamples are alike, as of an area of 1: they do not say how far it may vary.
 */
export function bootstrapOf(
  count: number,
  statistic: (drawn: Int32Array) => number | null,
  { seed = 0, clusters }: Resampling = {},
): Interval | null {
  if (count === 0) return null
  const draw = drawingOf(count, clusters)
  const random = xoroshiro128plus(seed)
  const one = (below: number) => uniformInt(random, 0, below - 1)
  const found: number[] = []
  for (let round = 0; round < resamples; round++) {
    const value = statistic(draw(one))
    if (value !== null) found.push(value)
  }
  const sorted = Float64Array.from(found).sort()
  if (areAlike(sorted)) return null
  return { lower: quantile(sorted, 0.025), upper: quantile(sorted, 0.975) }
}

/** Whether sorted values are one but for rounding. */
function areAlike(sorted: Float64Array): boolean {
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  return most - least <= 1e-12 * Math.max(Math.abs(least), Math.abs(most))
}

type Drawing = (one: (below: number) => number) => Int32Array

/** As many values, or as many clusters, as there are, with replacement. */
function drawingOf(count: number, clusters: Resampling['clusters']): Drawing {
  if (clusters === undefined) return (one) => new Int32Array(count).map(() => one(count))
  const members = membersOf(count, clusters)
  return (one) => Int32Array.from(members.flatMap(() => members[one(members.length)] ?? []))
}

/** Indices of the values of each cluster. */
function membersOf(count: number, clusters: readonly number[]): number[][] {
  if (clusters.length !== count)
    throw new RadversaryError('usage', `Bootstrap: expected ${count} clusters, got ${clusters.length}`)
  const members = new Map<number, number[]>()
  for (const [index, cluster] of clusters.entries())
    members.set(cluster, [...(members.get(cluster) ?? []), index])
  return [...members.values()]
}

/** Quantile of sorted values, interpolated between the two nearest. */
function quantile(sorted: Float64Array, at: number): number {
  const place = at * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [entry(sorted, below), entry(sorted, Math.min(below + 1, sorted.length - 1))]
  return a + (place - below) * (b - a)
}

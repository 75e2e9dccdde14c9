import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { fairCoin } from './distributions.ts'
import { bootstrapOf, meanOf, type Interval, type Resampling } from './statistics.ts'

/** What two methods did to the same images: whether they differ. */
export interface McNemar {
  /** Images that only the first had, and that only the second had. */
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Two-sided, exact (binomial); 1 where the methods never differ. */
  readonly exact: number
  /** Less conservative, as Fagerland, Lydersen and Laake recommend (BMC Med. Res. Methodol. 13:91, 2013). */
  readonly midP: number
}

/** McNemar's test (Psychometrika 12:153, 1947) of two yes-or-no results for each image. */
export function mcNemarOf(first: readonly boolean[], second: readonly boolean[]): McNemar {
  checkPaired(first, second)
  const onlyFirst = first.filter((has, i) => has && second[i] === false).length
  const onlySecond = second.filter((has, i) => has && first[i] === false).length
  return { onlyFirst, onlySecond, ...mcNemarOfCounts(onlyFirst, onlySecond) }
}

function mcNemarOfCounts(one: number, other: number): Pick<McNemar, 'exact' | 'midP'> {
  if (one === other) return { exact: 1, midP: one === 0 ? 1 : 1 - entry(fairCoin(2 * one), one) }
  const fewer = Math.min(one, other)
  const upTo = fairCoin(one + other).slice(0, fewer + 1)
  const exact = 2 * upTo.reduce((sum, probability) => sum + probability, 0)
  return { exact: Math.min(1, exact), midP: Math.min(1, exact - entry(upTo, fewer)) }
}

/** Mean of first − second, with the bootstrap's interval of 95 %. */
export interface PairedDifference {
  /** null of nothing. */
  readonly mean: number | null
  readonly interval: Interval | null
}

/** Difference of two measures of the same images: pairs are drawn together. */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
  resampling: Resampling = {},
): PairedDifference {
  checkPaired(first, second)
  const differences = first.map((value, i) => value - entry(second, i))
  const mean = (drawn: Int32Array) => meanOf(Array.from(drawn, (i) => differences[i] ?? null))
  return { mean: meanOf(differences), interval: bootstrapOf(differences.length, mean, resampling) }
}

function checkPaired(first: readonly unknown[], second: readonly unknown[]): void {
  if (first.length !== second.length)
    throw new RadversaryError('usage', `Pairs: expected ${first.length} values, got ${second.length}`)
}

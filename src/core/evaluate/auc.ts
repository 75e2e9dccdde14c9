import { float64At } from '../math/at.ts'
import { entry } from '../entry.ts'
import { bootstrapOf, type Interval, type Resampling, wilsonInterval, type Proportion } from './statistics.ts'

/** Area under the receiver operating characteristic of one label over a cohort. */
export interface Auc {
  /** Null where no image has the label, or every one. */
  readonly value: number | null
  /**
   * A 95 % interval, over images or clusters, as `bootstrapOf`; resamples without either kind are left out.
   */
  readonly interval: Interval | null
  readonly positives: number
  readonly negatives: number
}

/** @param scores of the label, any rising measure; @param truths whether each image has it */
export function aucOf(
  scores: readonly number[],
  truths: readonly boolean[],
  resampling: Resampling = {},
): Auc {
  const positives = truths.filter(Boolean).length
  const all = truths.map((_, i) => i)
  return {
    value: areaUnder(scores, truths, all),
    interval: bootstrapOf(truths.length, (drawn) => areaUnder(scores, truths, drawn), resampling),
    positives,
    negatives: truths.length - positives,
  }
}

/**
 * The Mann-Whitney statistic: how often a positive scores above a negative, ties counting half (Hanley and
 * McNeil 1982).
 */
function areaUnder(
  scores: readonly number[],
  truths: readonly boolean[],
  drawn: ArrayLike<number>,
): number | null {
  const ranks = midRanks(Float64Array.from(drawn, (i) => entry(scores, i)))
  let [positives, rankSum] = [0, 0]
  for (const [place, i] of Array.from(drawn).entries())
    if (truths[i] === true) {
      positives++
      rankSum += float64At(ranks, place)
    }
  const negatives = drawn.length - positives
  if (positives === 0 || negatives === 0) return null
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/** Ranks from 1, in the order of the values; tied ones have their mean. */
export function midRanks(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((a, b) => float64At(values, a) - float64At(values, b))
  const ranks = new Float64Array(values.length).fill(NaN)
  for (let first = 0; first < order.length;) {
    let end = first
    while (end < order.length && values[order[end] ?? -1] === values[order[first] ?? -1]) end++
    for (const index of order.slice(first, end)) ranks[index] = (first + end + 1) / 2
    first = Math.max(end, first + 1)
  }
  return ranks
}

/** What a yes-or-no reading of one label comes to, with Wilson's intervals of 95 %. */
export interface OperatingPoint {
  readonly sensitivity: Proportion
  readonly specificity: Proportion
}

/** @param said whether the label was read on each image @param truths whether each image has it */
export function operatingPointOf(said: readonly boolean[], truths: readonly boolean[]): OperatingPoint {
  const count = (truth: boolean) => truths.filter((has) => has === truth).length
  const right = (truth: boolean) => truths.filter((has, i) => has === truth && said[i] === truth).length
  return {
    sensitivity: wilsonInterval(right(true), count(true)),
    specificity: wilsonInterval(right(false), count(false)),
  }
}

/**
 * The highest threshold at which scores that reach it find at least this part of the positives; null where
 * there are none. Set it on clean images, and read the attacked ones by it.
 */
export function thresholdFor(
  scores: readonly number[],
  truths: readonly boolean[],
  sensitivity: number,
): number | null {
  const positive = scores.filter((_, i) => truths[i] === true).sort((a, b) => b - a)
  return positive[Math.max(1, Math.ceil(sensitivity * positive.length - 1e-9)) - 1] ?? null
}

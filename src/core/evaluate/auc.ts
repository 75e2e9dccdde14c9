import { bootstrapOf, type Interval } from './statistics.ts'

/** Area under the receiver operating characteristic of one label over a cohort. */
export interface Auc {
  /** Null where no image has the label, or every one. */
  readonly value: number | null
  /** Percentile bootstrap of 95 % over images; resamples without either kind are left out. */
  readonly interval: Interval | null
  readonly positives: number
  readonly negatives: number
}

/** @param scores of the label, any rising measure; @param truths whether each image has it */
export function aucOf(scores: readonly number[], truths: readonly boolean[], seed = 0): Auc {
  const positives = truths.filter(Boolean).length
  const all = truths.map((_, i) => i)
  return {
    value: areaUnder(scores, truths, all),
    interval: bootstrapOf(truths.length, (drawn) => areaUnder(scores, truths, drawn), seed),
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
  const order = Array.from(drawn).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0))
  let [positives, rankSum] = [0, 0]
  for (let first = 0; first < order.length;) {
    let end = first
    while (end < order.length && scores[order[end] ?? -1] === scores[order[first] ?? -1]) end++
    const tied = order.slice(first, end).filter((i) => truths[i] === true).length
    positives += tied
    rankSum += (tied * (first + end + 1)) / 2 // ranks from 1, their mean among the tied
    first = end
  }
  const negatives = order.length - positives
  if (positives === 0 || negatives === 0) return null
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

import { wilsonInterval, type Proportion } from './statistics.ts'

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

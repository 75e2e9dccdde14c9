import { RadversaryError } from '../errors.ts'

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
const z95 = 1.959963984540054

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

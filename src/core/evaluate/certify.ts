import { entry } from '../entry.ts'
import { clopperPearsonLower, normalQuantile } from './binomial.ts'
import { wilsonInterval, type Proportion } from './statistics.ts'

/** How a smoothed classifier is sampled: J. Cohen, E. Rosenfeld, Z. Kolter, ICML 2019, arXiv:1902.02918. */
export interface Smoothing {
  /** Standard deviation of the noise, in intensity ranges. */
  readonly sigma: number
  /** Probability that a certificate is wrong. */
  readonly alpha: number
}

export interface Certificate {
  /** The class that is certified; null where it abstains. */
  readonly class: number | null
  /** Draws in which the class that was likeliest at first was seen, and all draws. */
  readonly seen: number
  readonly draws: number
  /** Lower bound of that class's probability. */
  readonly lower: number
  /** No change of a smaller Euclidean norm changes the class; null where it abstains. */
  readonly radius: number | null
}

/** The class that was drawn most often; the first of equals. */
export function mostDrawn(counts: readonly number[]): number {
  return counts.indexOf(Math.max(...counts))
}

/** CERTIFY of the paper's section 3.2.2: radius σ Φ⁻¹(p_A), p_A a lower bound above one half. */
export function certificateOf(
  counts: readonly number[],
  chosen: number,
  { sigma, alpha }: Smoothing,
): Certificate {
  const draws = counts.reduce((sum, count) => sum + count, 0)
  const seen = entry(counts, chosen)
  const lower = clopperPearsonLower(seen, draws, alpha)
  const isCertain = lower > 0.5
  return {
    class: isCertain ? chosen : null,
    seen,
    draws,
    lower,
    radius: isCertain ? sigma * normalQuantile(lower) : null,
  }
}

/** The largest radius that so many draws can certify. */
export function largestRadius(draws: number, { sigma, alpha }: Smoothing): number {
  return Math.max(0, sigma * normalQuantile(clopperPearsonLower(draws, draws, alpha)))
}

export interface CertifiedAt {
  readonly radius: number
  /** Images that are right, and certified to be so within the radius. */
  readonly certified: Proportion
}

/** One image of the curve: whether its certified class is the label's, and its radius. */
export interface CertifiedImage {
  readonly isRight: boolean
  readonly radius: number | null
}

/** Certified accuracy over radii from 0 to `largest`. */
export function certifiedCurve(images: readonly CertifiedImage[], largest: number): CertifiedAt[] {
  const steps = 20
  return Array.from({ length: steps + 1 }, (_, step) => {
    const radius = (step * largest) / steps
    const certified = images.filter((each) => each.isRight && each.radius !== null && each.radius >= radius)
    return { radius, certified: wilsonInterval(certified.length, images.length) }
  })
}

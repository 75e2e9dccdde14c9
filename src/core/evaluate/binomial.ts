import { normalTwoSided } from './distributions.ts'

/** ln Γ(x), x > 0: Stirling's series after raising the argument to 10 and more. */
function logGamma(x: number): number {
  let [at, shift] = [x, 0]
  for (; at < 10; at++) shift -= Math.log(at)
  const inverse = 1 / (at * at)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at
  return shift + (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series
}

/**
 * The regularised incomplete beta function I_x(a, b) by its continued fraction (Abramowitz and Stegun
 * 26.5.8), evaluated by Lentz's method.
 */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return (front * betaFraction(x, a, b)) / a
}

function betaFraction(x: number, a: number, b: number): number {
  const apart = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value)
  let c = 1
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1))
  let product = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    for (const term of [even, odd]) {
      d = 1 / apart(1 + term * d)
      c = apart(1 + term / c)
      product *= c * d
    }
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return product
}

/** Where an increasing function of (low, high) reaches 0, to the last bits. */
function rootOf(increasing: (x: number) => number, low: number, high: number): number {
  let [from, to] = [low, high]
  for (let halving = 0; halving < 200; halving++) {
    const middle = (from + to) / 2
    if (increasing(middle) < 0) from = middle
    else to = middle
  }
  return (from + to) / 2
}

/**
 * One-sided lower bound of a proportion, true with a probability of at least 1 − alpha (Clopper and Pearson,
 * Biometrika 26, 1934).
 */
export function clopperPearsonLower(successes: number, count: number, alpha: number): number {
  if (successes === 0) return 0
  return rootOf((p) => incompleteBeta(p, successes, count - successes + 1) - alpha, 0, 1)
}

/** Φ⁻¹(p), 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (p < 0.5) return -normalQuantile(1 - p)
  return rootOf((z) => 2 * (1 - p) - normalTwoSided(z), 0, 40)
}

import type { RandomSource } from './random.ts'

/** One normal distribution of a mixture, its features independent of each other. */
export interface Component {
  /** π_k */
  readonly weight: number
  /** μ_k, [D] */
  readonly mean: Float64Array
  /** Diagonal of Σ_k, [D] */
  readonly variance: Float64Array
}

/** p(z) = Σ_k π_k N(z | μ_k, Σ_k), Σ_k diagonal. */
export type GaussianMixture = readonly Component[]

export interface FitOptions {
  /** At most; no more than there are samples. */
  readonly components: number
  /** Variances are no smaller, [D]. */
  readonly floor: Float64Array
  readonly random: RandomSource
}

const iterations = 100
/** Ends the iteration: gain of the mean log-likelihood. */
const tolerance = 1e-3

/**
 * Maximum likelihood by expectation and maximisation (Dempster, Laird and Rubin 1977), from means as in
 * k-means++. @param samples [D] each
 */
export function fitMixture(
  samples: readonly ArrayLike<number>[],
  { components, floor, random }: FitOptions,
): GaussianMixture {
  const whole = weighted(samples, samples.map(() => 1), floor) // prettier-ignore
  let mixture: GaussianMixture = seeds(samples, components, random).map((sample, _, all) => ({
    ...{ weight: 1 / all.length, mean: Float64Array.from(sample), variance: whole.variance },
  }))
  let before = -Infinity
  for (let t = 0; t < iterations; t++) {
    const joint = samples.map((sample) => mixture.map((component) => logDensity(sample, component)))
    const evidence = joint.map(logSum)
    const likelihood = evidence.reduce((sum, value) => sum + value, 0) / samples.length
    if (likelihood - before < tolerance) break
    before = likelihood
    mixture = mixture.map((_, k) => {
      const shares = joint.map((row, n) => Math.exp((row[k] ?? -Infinity) - (evidence[n] ?? 0)))
      return weighted(samples, shares, floor)
    })
  }
  return mixture
}

/** The component that most likely gave z: arg max_k π_k N(z | μ_k, Σ_k). */
export function likeliest(z: ArrayLike<number>, mixture: GaussianMixture): Component | undefined {
  const [first, ...rest] = mixture
  let best = first && { component: first, value: logDensity(z, first) }
  for (const component of rest) {
    const value = logDensity(z, component)
    if (best === undefined || value > best.value) best = { component, value }
  }
  return best?.component
}

/** (z − μ)ᵀ Σ⁻¹ (z − μ) / D */
export function meanSquaredDeviation(z: ArrayLike<number>, { mean, variance }: Component): number {
  return mean.reduce((sum, m, d) => sum + ((z[d] ?? 0) - m) ** 2 / (variance[d] ?? 1), 0) / mean.length
}

/**
 * Σ over tensors of z's `meanSquaredDeviation` from the likeliest component; z holds their features, one
 * tensor after the other.
 */
export function featureDeviation(z: Float32Array, mixtures: readonly GaussianMixture[]): number {
  let [sum, first] = [0, 0]
  for (const mixture of mixtures) {
    const size = mixture[0]?.mean.length ?? 0
    const own = z.subarray(first, first + size)
    const component = likeliest(own, mixture)
    if (component !== undefined) sum += meanSquaredDeviation(own, component)
    first += size
  }
  return sum
}

/** log(π N(z | μ, Σ)), but for the constant that all components share. */
function logDensity(z: ArrayLike<number>, component: Component): number {
  const { weight, mean, variance } = component
  const logVolume = variance.reduce((sum, value) => sum + Math.log(value), 0)
  return Math.log(weight) - 0.5 * (logVolume + mean.length * meanSquaredDeviation(z, component))
}

/** log Σ exp */
function logSum(values: readonly number[]): number {
  const largest = Math.max(...values)
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}

/** The normal distribution of samples that count in part. */
function weighted(
  samples: readonly ArrayLike<number>[],
  shares: readonly number[],
  floor: Float64Array,
): Component {
  const total = Math.max(shares.reduce((sum, share) => sum + share, 0), 1e-12) // prettier-ignore
  const mean = new Float64Array(floor.length)
  const variance = new Float64Array(floor.length)
  for (let d = 0; d < floor.length; d++) {
    for (const [n, sample] of samples.entries())
      mean[d] = (mean[d] ?? 0) + ((shares[n] ?? 0) * (sample[d] ?? 0)) / total
    for (const [n, sample] of samples.entries())
      variance[d] = (variance[d] ?? 0) + ((shares[n] ?? 0) * ((sample[d] ?? 0) - (mean[d] ?? 0)) ** 2) / total
    variance[d] = Math.max(variance[d] ?? 0, floor[d] ?? 0)
  }
  return { weight: total / samples.length, mean, variance }
}

/**
 * Samples far apart: each drawn with a probability that grows with the squared distance to those before
 * (Arthur and Vassilvitskii 2007).
 */
function seeds(
  samples: readonly ArrayLike<number>[],
  count: number,
  random: RandomSource,
): ArrayLike<number>[] {
  const chosen: ArrayLike<number>[] = []
  while (chosen.length < Math.min(count, samples.length)) {
    const distances = samples.map((sample) =>
      chosen.length === 0 ? 1 : Math.min(...chosen.map((other) => squared(sample, other))),
    )
    const total = distances.reduce((sum, distance) => sum + distance, 0)
    if (!(total > 0)) break
    let left = random.open() * total
    const next = samples.find((_, n) => (left -= distances[n] ?? 0) < 0) ?? samples.at(-1)
    if (next !== undefined) chosen.push(next)
  }
  return chosen
}

function squared(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += ((a[d] ?? 0) - (b[d] ?? 0)) ** 2
  return sum
}

import { entry } from '../entry.ts'
import type { RandomSource } from '../random.ts'
import { type Component, meanSquaredDeviation, weighted, squared } from '../math/mixture.ts'

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
  const whole = weighted(
    samples,
    samples.map(() => 1),
    floor,
  )
  let mixture: GaussianMixture = seeds(samples, components, random).map((sample, _, all) => ({
    weight: 1 / all.length,
    mean: Float64Array.from(sample),
    variance: whole.variance,
  }))
  let before = -Infinity
  for (let t = 0; t < iterations; t++) {
    const joint = samples.map((sample) => mixture.map((component) => logDensity(sample, component)))
    const evidence = joint.map(logSum)
    const likelihood = evidence.reduce((sum, value) => sum + value, 0) / samples.length
    if (likelihood - before < tolerance) break
    before = likelihood
    mixture = mixture.map((_, k) => {
      const shares = joint.map((row, n) => Math.exp((row[k] ?? -Infinity) - entry(evidence, n)))
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

/**
 * Σ over tensors of z's `meanSquaredDeviation` from the likeliest component; z holds their features, one
 * tensor after the other.
 */
export function featureDeviation(z: Float32Array, mixtures: readonly GaussianMixture[]): number {
  let [sum, first] = [0, 0]
  for (const mixture of mixtures) {
    const size = entry(mixture, 0).mean.length
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
    const next = samples.find((_, n) => (left -= entry(distances, n)) < 0) ?? samples.at(-1)
    if (next !== undefined) chosen.push(next)
  }
  return chosen
}

/** One normal distribution of a mixture, its features independent of each other. */
export interface Component {
  /** π_k */
  readonly weight: number
  /** μ_k, [D] */
  readonly mean: Float64Array
  /** Diagonal of Σ_k, [D] */
  readonly variance: Float64Array
}

/** (z − μ)ᵀ Σ⁻¹ (z − μ) / D */
export function meanSquaredDeviation(z: ArrayLike<number>, { mean, variance }: Component): number {
  return mean.reduce((sum, m, d) => sum + (z[d] - m) ** 2 / variance[d], 0) / mean.length
}

/** The normal distribution of samples that count in part. */
export function weighted(
  samples: readonly ArrayLike<number>[],
  shares: readonly number[],
  floor: Float64Array,
): Component {
  const total = Math.max(
    shares.reduce((sum, share) => sum + share, 0),
    1e-12,
  )
  const mean = new Float64Array(floor.length)
  const variance = new Float64Array(floor.length)
  for (let d = 0; d < floor.length; d++) {
    for (const [n, sample] of samples.entries()) mean[d] = mean[d] + (shares[n] * sample[d]) / total
    for (const [n, sample] of samples.entries())
      variance[d] = variance[d] + (shares[n] * (sample[d] - mean[d]) ** 2) / total
    variance[d] = Math.max(variance[d], floor[d])
  }
  return { weight: total / samples.length, mean, variance }
}

/** ‖a − b‖₂² */
export function squared(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2
  return sum
}

/** Mean and population variance; null of nothing. */
export interface Spread {
  readonly mean: number | null
  readonly variance: number | null
}

/** Two passes, in double precision; nulls are left out. */
export function spreadOf(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return { mean: null, variance: null }
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length
  return { mean, variance }
}

/** The spread of all values of several parts of one size, from each part's own: the law of total variance. */
export function pooledSpread(parts: readonly Spread[]): Spread {
  const means = spreadOf(parts.map(({ mean }) => mean))
  const within = spreadOf(parts.map(({ variance }) => variance)).mean
  if (means.variance === null || within === null) return { mean: null, variance: null }
  return { mean: means.mean, variance: within + means.variance }
}

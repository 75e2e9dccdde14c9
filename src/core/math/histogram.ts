/** Least and most of some values; Infinity and −Infinity of none. */
export function endsOf(values: Float32Array): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

/** How many values lie in each of `bins` equal parts of [lower, upper]; what lies beyond is not counted. */
export function countBins(values: Float32Array, lower: number, upper: number, bins: number): Uint32Array {
  const counts = new Uint32Array(bins)
  const scale = upper > lower ? bins / (upper - lower) : 0
  for (const value of values) {
    if (value < lower || value > upper) continue
    const bin = Math.min(bins - 1, Math.floor((value - lower) * scale))
    counts[bin] += 1
  }
  return counts
}

/** How many values lie below 0, and above 1. */
export function countBeyond(values: Float32Array): readonly [below: number, above: number] {
  let [below, above] = [0, 0]
  for (const value of values) {
    if (value < 0) below++
    else if (value > 1) above++
  }
  return [below, above]
}

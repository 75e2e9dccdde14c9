/** (1, e^−0.5, e^−2) */
const raw = [1, Math.exp(-0.5), Math.exp(-2)] as const

const total = raw[0] + raw[1] + raw[2]

const w = [raw[0] / total, raw[1] / total, raw[2] / total] as const

/** Σ_in w[in] · x[in] of one sample [3, H, W], as one plane. */
export function mixChannels(sample: Float32Array, plane: number): Float64Array {
  return Float64Array.from(
    { length: plane },
    (_, i) => w[0] * sample[i] + w[1] * sample[plane + i] + w[2] * sample[2 * plane + i],
  )
}

/** out[o] = w[o] · (mixed two rows above + mixed + mixed two rows below), zeros beyond the plane. */
export function spreadRows(mixed: Float64Array, out: Float32Array, columns: number): void {
  const plane = mixed.length
  const reach = 2 * columns
  for (let at = 0; at < plane; at++) {
    const above = at < reach ? 0 : mixed[at - reach]
    const below = at + reach < plane ? mixed[at + reach] : 0
    const sum = above + mixed[at] + below
    for (let o = 0; o < 3; o++) out[o * plane + at] = w[o] * sum
  }
}

/** Index of the mirrored signal … 2 1 0 1 2 … n−1 n−2 … at any whole position. */
export function mirrored(position: number, extent: number): number {
  if (extent === 1) return 0
  const period = 2 * (extent - 1)
  const phase = Math.abs(position) % period
  return phase < extent ? phase : period - phase
}

interface RowTaps {
  /** The kernel from its middle outwards; it is symmetric. */
  readonly half: Float64Array
  /** Where the rows begin that are so far above and below. */
  readonly above: Int32Array
  readonly below: Int32Array
}

/** The vertical pass for one row, into the middle of `line`; two columns at a time, which share the taps. */
export function combineRows(
  data: Float32Array,
  line: Float64Array,
  { half, above, below }: RowTaps,
  columns: number,
): void {
  const radius = half.length - 1
  const middle = half[0]
  const own = above[0]
  for (let v = 0; v < columns; v += 2) {
    let left = middle * data[own + v]
    let right = middle * data[own + v + 1]
    for (let k = 1; k <= radius; k++) {
      const tap = half[k]
      const up = above[k] + v
      const down = below[k] + v
      left += tap * (data[up] + data[down])
      right += tap * (data[up + 1] + data[down + 1])
    }
    line[radius + v] = left
    line[radius + v + 1] = right
  }
}

/** Mirrors `radius` values at either end of the line, whose middle holds the columns. */
export function mirrorEnds(line: Float64Array, radius: number, columns: number): void {
  for (let k = 1; k <= radius; k++) {
    line[radius - k] = line[radius + mirrored(-k, columns)]
    line[radius + columns - 1 + k] = line[radius + mirrored(columns - 1 + k, columns)]
  }
}

/**
 * The horizontal pass from the padded `line` into `out` at `start`; two columns at a time, which share the
 * taps.
 */
export function combineColumns(
  line: Float64Array,
  out: Float32Array,
  start: number,
  columns: number,
  half: Float64Array,
): void {
  const radius = half.length - 1
  const middle = half[0]
  for (let v = 0; v < columns; v += 2) {
    const at = radius + v
    let left = middle * line[at]
    let right = middle * line[at + 1]
    for (let k = 1; k <= radius; k++) {
      const tap = half[k]
      left += tap * (line[at - k] + line[at + k])
      right += tap * (line[at + 1 - k] + line[at + 1 + k])
    }
    out[start + v] = left
    if (v + 1 < columns) out[start + v + 1] = right
  }
}

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

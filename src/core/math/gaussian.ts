import { Layout, vectorsWith } from './vectors.ts'

/** Index of the mirrored signal … 2 1 0 1 2 … n−1 n−2 … at any whole position. */
export function mirrored(position: number, extent: number): number {
  if (extent === 1) return 0
  const period = 2 * (extent - 1)
  const phase = Math.abs(position) % period
  return phase < extent ? phase : period - phase
}

/** A plane among others, in C order. */
interface Plane {
  readonly start: number
  readonly rows: number
  readonly columns: number
}

/**
 * One plane smoothed into `out`: along the columns first, then along the row, in double precision. The rows
 * that a row needs are held in a ring, so that each is read once. @param half the kernel from its middle
 * outwards; it is symmetric
 */
export function smoothPlane(data: Float32Array, out: Float32Array, half: Float64Array, plane: Plane): void {
  const { start, rows, columns } = plane
  const radius = half.length - 1
  const ringRows = 2 * radius + 1
  const rowBytes = 16 * Math.ceil(columns / 4)
  const layout = new Layout()
  const taps = layout.take(8 * half.length)
  const above = layout.take(4 * half.length)
  const below = layout.take(4 * half.length)
  const ring = layout.take(ringRows * rowBytes)
  const line = layout.take(2 * rowBytes + 16 * radius)
  const smoothed = layout.take(rowBytes)
  const { kernels, int32, float32, float64 } = vectorsWith(layout.end)
  float64.set(half, taps / 8)
  const wide = float64.subarray(line / 8, line / 8 + columns + 2 * radius)
  const result = float32.subarray(smoothed / 4, smoothed / 4 + columns)
  const slot = (row: number) => ring + (row % ringRows) * rowBytes
  let loaded = 0
  for (let row = 0; row < rows; row++) {
    for (; loaded < Math.min(rows, row + radius + 1); loaded++)
      float32.set(data.subarray(start + loaded * columns, start + (loaded + 1) * columns), slot(loaded) / 4)
    for (let k = 0; k <= radius; k++) {
      int32[above / 4 + k] = slot(mirrored(row - k, rows))
      int32[below / 4 + k] = slot(mirrored(row + k, rows))
    }
    kernels.smoothDown(line + 8 * radius, columns, taps, above, below, radius)
    mirrorEnds(wide, radius, columns)
    kernels.smoothAcross(smoothed, columns, line, taps, radius)
    out.set(result, start + row * columns)
  }
}

/** Mirrors `radius` values at either end of the line, whose middle holds the columns. */
function mirrorEnds(line: Float64Array, radius: number, columns: number): void {
  for (let k = 1; k <= radius; k++) {
    line[radius - k] = line[radius + mirrored(-k, columns)]
    line[radius + columns - 1 + k] = line[radius + mirrored(columns - 1 + k, columns)]
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

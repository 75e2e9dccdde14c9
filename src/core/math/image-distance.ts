import { Layout, vectorsWith } from './vectors.ts'

/** Relative intensities as a window shows them: within [0, 1]. */
export function clippedToWindow(relative: Float32Array): Float32Array {
  const clipped = new Float32Array(relative.length)
  for (let i = 0; i < clipped.length; i++) clipped[i] = Math.min(Math.max(relative[i], 0), 1)
  return clipped
}

/** Pixel-interleaved stored values [H, W, C] as planes [C, H, W]; the same array for one channel. */
export function toPlanes(values: ArrayLike<number>, channels: number): ArrayLike<number> {
  if (channels === 1) return values
  const plane = values.length / channels
  const planes = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++)
    planes[(i % channels) * plane + Math.floor(i / channels)] = values[i]
  return planes
}

/** The largest difference, the sum of their squares, and how many values differ. */
export function differences(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { largest: number; squares: number; changed: number } {
  let [largest, squares, changed] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i])
    largest = Math.max(largest, difference)
    squares += difference * difference
    changed += Number(difference > 0)
  }
  return { largest, squares, changed }
}

/** The 11-tap window of SSIM along one axis, from its middle outwards; it is symmetric. */
export type HalfWindow = readonly [number, number, number, number, number, number]

const windowSize = 11

/** Two planes of the same extents, which begin at `start`. */
interface PlanePair {
  readonly a: ArrayLike<number>
  readonly b: ArrayLike<number>
  readonly rows: number
  readonly columns: number
  readonly start: number
}

/**
 * Sum of the similarity index over all places of the window. The last 11 lines of both images are held as
 * what SSIM sums of them, so that each plane is passed over once: a, b, a² + b² and ab. Windows are combined
 * along columns first, then along the line. Sums are taken about the first line's mean: variances are
 * differences of moments, and those of bright, flat images would lose their digits. SSIM asks for the sum of
 * both variances only, so a² and b² are one moment. @param half of the window
 */
export function similaritySum(pair: PlanePair, half: HalfWindow, c1: number, c2: number): number {
  const { a, b, rows, columns, start } = pair
  const lines = similarityLines(columns, half)
  const offset = meanOf(a, start, columns)
  let total = 0
  for (let row = 0; row < rows; row++) {
    lines.push(a, b, start + row * columns, offset)
    if (row >= windowSize - 1) total += lines.similarity(offset, c1, c2)
  }
  return total
}

const moments = [0, 1, 2, 3] as const

function similarityLines(columns: number, half: HalfWindow) {
  const lineBytes = 16 * Math.ceil(columns / 2)
  const layout = new Layout()
  const taps = layout.take(8 * half.length)
  const addresses = layout.take(4 * windowSize)
  const [lineA, lineB] = [layout.take(lineBytes), layout.take(lineBytes)]
  const combined = layout.take(4 * lineBytes + 96) // the last places are computed in pairs
  const ring = layout.take(windowSize * 4 * lineBytes)
  const { kernels, int32, float64 } = vectorsWith(layout.end)
  float64.set(half, taps / 8)
  const slot = (line: number) => ring + (line % windowSize) * 4 * lineBytes
  let count = 0
  return {
    /** Takes in the line of both images that begins at `from`. */
    push(a: ArrayLike<number>, b: ArrayLike<number>, from: number, offset: number): void {
      putLine(float64, lineA / 8, a, from, columns)
      putLine(float64, lineB / 8, b, from, columns)
      kernels.similarityMoments(slot(count), lineBytes, lineA, lineB, offset, columns)
      count++
    },
    /** Sum of the index over the windows that end with the last line; after 11 lines. */
    similarity(offset: number, c1: number, c2: number): number {
      for (const m of moments) {
        for (let k = 0; k < windowSize; k++) int32[addresses / 4 + k] = slot(count + k) + m * lineBytes
        kernels.windowDown(combined + m * lineBytes, columns, addresses, taps)
      }
      return kernels.similaritySum(combined, lineBytes, columns - windowSize + 1, taps, offset, c1, c2)
    },
  }
}

/** As typed arrays copy themselves, which is several times as fast as a loop over one of many types. */
function putLine(memory: Float64Array, at: number, values: ArrayLike<number>, from: number, count: number) {
  if (isTyped(values)) memory.set(values.subarray(from, from + count), at)
  else for (let v = 0; v < count; v++) memory[at + v] = values[from + v]
}

function isTyped(values: ArrayLike<number>): values is Float32Array {
  return ArrayBuffer.isView(values)
}

function meanOf(values: ArrayLike<number>, start: number, count: number): number {
  let total = 0
  for (let v = 0; v < count; v++) total += values[start + v]
  return total / count
}

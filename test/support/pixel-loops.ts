import type { Axes, AxisWeights } from '../../src/core/math/resample.ts'
import { mirrored } from '../../src/core/math/gaussian.ts'
import { signOf, type PerturbationStatistics } from '../../src/core/math/kernels.ts'

/**
 * What the kernels of wasm/pixels.ts compute, as plain loops over numbers in double precision: the readable
 * reference. Both give the same bytes (src/core/math/vectors.test.ts).
 */

/** values ← scale · sign(values) */
export function toScaledSign(values: Float32Array, scale: number): void {
  values.forEach((value, i) => (values[i] = signOf(value) * scale))
}

/** x ← x + step, within [lower, upper] */
export function advance(x: Float32Array, step: Float32Array, lower: Float32Array, upper: Float32Array): void {
  x.forEach((value, i) => (x[i] = Math.min(Math.max(value + step[i]!, lower[i]!), upper[i]!)))
}

/** sum ← a + b */
export function sumInto(sum: Float32Array, a: Float32Array, b: Float32Array): void {
  sum.forEach((_, i) => (sum[i] = a[i]! + b[i]!))
}

/** Mean and variance of x − image; the share of signs that stayed. */
export function perturbationStatistics(
  x: Float32Array,
  image: Float32Array,
  direction: Float32Array,
  previousSigns: Int8Array,
): PerturbationStatistics {
  let [total, squares, moving, agreeing] = [0, 0, 0, 0]
  x.forEach((value, i) => {
    const change = value - image[i]!
    total += change
    squares += change * change
    const [sign, previous] = [signOf(direction[i]!), previousSigns[i]!]
    moving += Number(sign !== 0 || previous !== 0)
    agreeing += Number(sign * previous === 1)
    previousSigns[i] = sign
  })
  const mean = total / x.length
  const variance = Math.max(0, squares / x.length - mean * mean)
  return { mean, variance, signAgreement: moving === 0 ? 1 : agreeing / moving }
}

/** rows · X · columnsᵀ, along the rows' index first where it becomes shorter. */
export function resampled(x: Float32Array, { rows, columns }: Axes): Float32Array {
  const down = (values: Numbers, width: number) => combined(values, rows, width, 1, width)
  const across = (values: Numbers, height: number) => combined(values, columns, height, columns.inputs, 1)
  return Float32Array.from(
    rows.outputs > rows.inputs
      ? down(across(x, rows.inputs), columns.outputs)
      : across(down(x, columns.inputs), rows.outputs),
  )
}

type Numbers = Float32Array | Float64Array

/** One axis of lines combined; `between` lines begin `apart` values from each other, inputs lie `step` apart. */
function combined(
  values: Numbers,
  { inputs, outputs, starts, offsets, weights }: AxisWeights,
  lines: number,
  apart: number,
  step: number,
): Float64Array {
  const out = new Float64Array(lines * outputs)
  const outApart = apart === 1 ? 1 : (apart / inputs) * outputs
  for (let line = 0; line < lines; line++)
    for (let output = 0; output < outputs; output++) {
      let sum = 0
      for (let tap = offsets[output]!; tap < offsets[output + 1]!; tap++)
        sum += weights[tap]! * values[line * apart + (starts[output]! + tap - offsets[output]!) * step]!
      out[line * outApart + output * step] = sum
    }
  return out
}

/** A symmetric kernel along the columns, then along the rows of a plane, mirrored at the border. */
export function smoothed(
  data: Float32Array,
  half: Float64Array,
  rows: number,
  columns: number,
): Float32Array {
  const weigh = (valueAt: (offset: number) => number, own: number) => {
    let sum = half[0]! * own
    for (let k = 1; k < half.length; k++) sum += half[k]! * (valueAt(-k) + valueAt(k))
    return sum
  }
  const between = Float64Array.from(data, (own, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return weigh((offset) => data[mirrored(row + offset, rows) * columns + column]!, own)
  })
  return Float32Array.from(between, (own, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return weigh((offset) => between[row * columns + mirrored(column + offset, columns)]!, own)
  })
}

/** Sum of the index of SSIM over the places of an 11x11 window, about the mean of the first line. */
export function similaritySum(
  { a, b, rows, columns }: { a: Float32Array; b: Float32Array; rows: number; columns: number },
  half: readonly number[],
  c1: number,
  c2: number,
): number {
  const offset = a.subarray(0, columns).reduce((sum, value) => sum + value, 0) / columns
  const windowsOf = (of: (p: number, q: number) => number) => {
    const values = Float64Array.from(a, (value, i) => of(value - offset, b[i]! - offset))
    return windows(windows(values, half, rows - 10, columns, columns), half, rows - 10, columns - 10, 1)
  }
  const means = [windowsOf((p) => p), windowsOf((_, q) => q)] as const
  const squares = windowsOf((p, q) => p * p + q * q)
  const products = windowsOf((p, q) => p * q)
  let total = 0
  for (let row = 0; row < rows - 10; row++) {
    let line = 0
    for (let v = 0; v < columns - 10; v++) {
      const at = row * columns + v
      const [ma, mb] = [means[0][at]!, means[1][at]!]
      const [meanA, meanB] = [ma + offset, mb + offset]
      const structure = 2 * (products[at]! - ma * mb) + c2
      const spread = squares[at]! - (ma * ma + mb * mb) + c2
      line += ((2 * meanA * meanB + c1) * structure) / ((meanA * meanA + meanB * meanB + c1) * spread)
    }
    total += line
  }
  return total
}

/** Windows of 11 values `step` apart, for the first `rows` and `width` places; lines stay as long as they were. */
function windows(values: Float64Array, half: readonly number[], rows: number, width: number, step: number) {
  const columns = step === 1 ? width + 10 : step
  const out = new Float64Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let v = 0; v < width; v++) {
      const middle = row * columns + v + 5 * step
      let sum = half[0]! * values[middle]!
      for (let k = 1; k <= 5; k++) sum += half[k]! * (values[middle - k * step]! + values[middle + k * step]!)
      out[row * columns + v] = sum
    }
  return out
}

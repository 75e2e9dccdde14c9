import { tileBytes, tileSize, vectorsWith } from './vectors.ts'

/**
 * The passes over pixels that attacks are made of. Each runs once or twice per iteration over every pixel of
 * the batch. The ones of sign methods use vector instructions (wasm/pixels.ts), tile by tile; the others are
 * plain loops over typed arrays (whose own `map` and `from` take several times as long) without branches on
 * the data: signs of gradients are random, and a mispredicted branch costs more than the arithmetic.
 */

/** values ← scale · sign(values), with sign(±0) = 0. */
export function toScaledSign(values: Float32Array, scale: number): void {
  const { kernels, float32 } = vectorsWith(tileBytes)
  for (let from = 0; from < values.length; from += tileSize) {
    const own = values.subarray(from, from + tileSize)
    float32.set(own)
    kernels.toScaledSign(0, scale, own.length)
    own.set(float32.subarray(0, own.length))
  }
}

/** values ← scale · values */
export function scaleBy(values: Float32Array, scale: number): void {
  for (let i = 0; i < values.length; i++) values[i] = scale * values[i]
}

/** Index of the first value that is no finite number, or −1. */
export function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i
  return -1
}

/** values ← values · factors, one by one */
export function multiply(values: Float32Array, factors: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i] * factors[i]
}

/** sum ← decay · sum + scale · values */
export function accumulate(sum: Float32Array, decay: number, values: Float32Array, scale: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = decay * sum[i] + scale * values[i]
}

/** sum ← a + scale · b; `sum` may be one of them. */
export function addScaled(sum: Float32Array, a: Float32Array, b: Float32Array, scale: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = a[i] + scale * b[i]
}

/** x ← x + step, within [lower, upper]; all finite. */
export function advance(x: Float32Array, step: Float32Array, lower: Float32Array, upper: Float32Array): void {
  const { kernels, float32 } = vectorsWith(4 * tileBytes)
  for (let from = 0; from < x.length; from += tileSize) {
    const own = x.subarray(from, from + tileSize)
    const end = from + own.length
    float32.set(own)
    float32.set(step.subarray(from, end), tileSize)
    float32.set(lower.subarray(from, end), 2 * tileSize)
    float32.set(upper.subarray(from, end), 3 * tileSize)
    kernels.advance(0, tileBytes, 2 * tileBytes, 3 * tileBytes, own.length)
    own.set(float32.subarray(0, own.length))
  }
}

/** x ← x within [lower, upper]; infinite values too. */
export function clip(x: Float32Array, lower: Float32Array, upper: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i], lower[i]), upper[i])
}

/** values, finite, ← values within [−radius, radius]. */
export function clampTo(values: Float32Array, radius: number): void {
  for (let i = 0; i < values.length; i++) values[i] = smaller(larger(values[i], -radius), radius)
}

/** image + factor · (x − image), a copy; x itself for 1. */
export function stretch(x: Float32Array, image: Float32Array, factor: number): Float32Array {
  const stretched = x.slice()
  if (factor === 1) return stretched
  for (let i = 0; i < x.length; i++) stretched[i] = image[i] + factor * (x[i] - image[i])
  return stretched
}

/** sum ← a + b */
export function sumInto(sum: Float32Array, a: Float32Array, b: Float32Array): void {
  const { kernels, float32 } = vectorsWith(2 * tileBytes)
  for (let from = 0; from < sum.length; from += tileSize) {
    const own = sum.subarray(from, from + tileSize)
    float32.set(a.subarray(from, from + own.length))
    float32.set(b.subarray(from, from + own.length), tileSize)
    kernels.sumInto(0, 0, tileBytes, own.length)
    own.set(float32.subarray(0, own.length))
  }
}

/** Σ |v|, in double precision. */
export function normL1(values: Float32Array): number {
  let total = 0
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- it takes five times as long on typed arrays
  for (let i = 0; i < values.length; i++) total += Math.abs(values[i])
  return total
}

/** √Σ v², in double precision. */
export function normL2(values: Float32Array): number {
  let total = 0
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- it takes five times as long on typed arrays
  for (let i = 0; i < values.length; i++) total += values[i] ** 2
  return Math.sqrt(total)
}

/** ‖a − b‖₂, in double precision. */
export function distanceL2(a: Float32Array, b: Float32Array): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += (a[i] - b[i]) ** 2
  return Math.sqrt(total)
}

/** max |a − b| */
export function distanceLinf(a: Float32Array, b: Float32Array): number {
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]))
  return largest
}

/** Whether a pixel's bounds leave it no room. */
export function hasFrozen(lower: Float32Array, upper: Float32Array): boolean {
  for (let i = 0; i < lower.length; i++) if (lower[i] === upper[i]) return true
  return false
}

/** Index of the first value that is not within finite bounds, or −1. */
export function firstOutside(values: Float32Array, lower: Float32Array, upper: Float32Array): number {
  for (let i = 0; i < values.length; i++) {
    const [least, most] = [lower[i], upper[i]]
    if (!(values[i] >= least && values[i] <= most && least > -Infinity && most < Infinity)) return i
  }
  return -1
}

/** How many pixels have room between their bounds. */
export function countMovable(lower: Float32Array, upper: Float32Array): number {
  let count = 0
  for (let i = 0; i < lower.length; i++) count += Number(lower[i] < upper[i])
  return count
}

/** Zero where lower = upper: such pixels are frozen. */
export function zeroWhereFrozen(values: Float32Array, lower: Float32Array, upper: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i] * Number(lower[i] < upper[i])
}

export interface PerturbationStatistics {
  readonly mean: number
  readonly variance: number
  /** Fraction of the pixels that step or stepped whose step has the same sign as before. */
  readonly signAgreement: number
}

/**
 * Mean and variance of x − image, and how far the signs of `direction` agree with `previousSigns`, which take
 * their place: one pass. Sums are of x − image itself, small and centred near 0, so the one-pass variance
 * loses nothing in double precision.
 */
export function perturbationStatistics(
  x: Float32Array,
  image: Float32Array,
  direction: Float32Array,
  previousSigns: Int8Array,
): PerturbationStatistics {
  const [signsAt, sumsAt] = [3 * tileBytes, 4 * tileBytes]
  const { kernels, float32, float64, int32, bytes } = vectorsWith(sumsAt + 32)
  float64.fill(0, sumsAt / 8, sumsAt / 8 + 4)
  for (let from = 0; from < x.length; from += tileSize) {
    const own = x.subarray(from, from + tileSize)
    const { length } = own
    bytes.fill(0, signsAt + length, signsAt + length + 4)
    const signs = previousSigns.subarray(from, from + length)
    putWithZeros(float32, own, 0)
    putWithZeros(float32, image.subarray(from, from + length), tileSize)
    putWithZeros(float32, direction.subarray(from, from + length), 2 * tileSize)
    bytes.set(signs, signsAt)
    kernels.addStatistics(0, tileBytes, 2 * tileBytes, signsAt, length, sumsAt)
    signs.set(bytes.subarray(signsAt, signsAt + length))
  }
  const [total, squares] = [float64[sumsAt / 8], float64[sumsAt / 8 + 1]]
  const [moving, agreeing] = [int32[sumsAt / 4 + 4], int32[sumsAt / 4 + 5]]
  const mean = total / x.length
  return {
    mean,
    variance: Math.max(0, squares / x.length - mean * mean),
    signAgreement: moving === 0 ? 1 : agreeing / moving,
  }
}

/** A part of a tile, with the zeros that fill up its last vector. */
function putWithZeros(memory: Float32Array, values: Float32Array, at: number): void {
  memory.set(values, at)
  if (values.length < tileSize) memory.fill(0, at + values.length, at + Math.min(values.length + 4, tileSize))
}

/** max(a, b) of finite numbers, without Math.max's branches. */
function larger(a: number, b: number): number {
  const isBelow = Number(a < b)
  return isBelow * b + (1 - isBelow) * a
}

/** min(a, b) of finite numbers, likewise. */
export function smaller(a: number, b: number): number {
  const isAbove = Number(a > b)
  return isAbove * b + (1 - isAbove) * a
}

/** −1, 0 or 1; Math.sign branches. */
export function signOf(value: number): number {
  return Number(value > 0) - Number(value < 0)
}

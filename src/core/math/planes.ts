import { tileBytes, tileSize, vectorsWith } from './vectors.ts'

/** sum += weight · values */
export function addScaled(sum: Float32Array, weight: number, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i] + weight * values[i]
}

/** Matrices [outer, inner] to [inner, outer], one after the other. */
export function transposed(data: Float32Array, outer: number, inner: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let base = 0; base < data.length; base += outer * inner)
    for (let i = 0; i < outer; i++)
      for (let j = 0; j < inner; j++) out[base + j * outer + i] = data[base + i * inner + j]
  return out
}

/** sum += values */
export function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i] + values[i]
}

/** out = factor · x + shift */
export function scaleAndShift(x: Float32Array, factor: number, shift: number, out: Float32Array): void {
  for (let i = 0; i < x.length; i++) out[i] = factor * x[i] + shift
}

/** A copy in which values no further from 0 than `tolerance` are 0. */
export function withExactZeros(values: Float32Array, tolerance: number): Float32Array {
  const out = values.slice()
  for (let i = 0; i < out.length; i++) if (Math.abs(out[i]) <= tolerance) out[i] = 0
  return out
}

/** Whether all values lie in [0, 1]. */
export function isWithin(values: Float32Array): boolean {
  const { kernels, float32 } = vectorsWith(tileBytes)
  for (let from = 0; from < values.length; from += tileSize) {
    const own = values.subarray(from, from + tileSize)
    float32.set(own)
    float32.fill(0, own.length, Math.min(own.length + 4, tileSize))
    if (kernels.isWithin(0, own.length) === 0) return false
  }
  return true
}

/** `values` clipped to [0, 1]. */
export function clipInto(clipped: Float32Array, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    clipped[i] = value < 0 ? 0 : value > 1 ? 1 : value
  }
}

/** (values − lower) / (upper − lower), clipped to [0, 1]. */
export function windowInto(
  out: Float32Array,
  values: Float32Array,
  [lower, upper]: readonly [number, number],
): void {
  const factor = 1 / (upper - lower)
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] - lower) * factor
    out[i] = value < 0 ? 0 : value > 1 ? 1 : value
  }
}

/** sum += cotangents / (upper − lower) where `x` lies in [lower, upper], both ends included. */
export function addThroughWindow(
  sum: Float32Array,
  cotangents: Float32Array,
  x: Float32Array,
  [lower, upper]: readonly [number, number],
): void {
  const factor = 1 / (upper - lower)
  for (let i = 0; i < sum.length; i++)
    if (x[i] >= lower && x[i] <= upper) sum[i] = sum[i] + factor * cotangents[i]
}

/** Cotangents where `x` lies in [0, 1], both ends included; 0 elsewhere. */
export function passWithin(passed: Float32Array, cotangents: Float32Array, x: Float32Array): void {
  for (let i = 0; i < cotangents.length; i++) if (x[i] >= 0 && x[i] <= 1) passed[i] = cotangents[i]
}

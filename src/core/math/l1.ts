import type { Box } from './perturbation.ts'

/** Σ |a − b| */
export function distanceL1(a: Float32Array, b: Float32Array): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += Math.abs(a[i] - b[i])
  return total
}

/** How many values differ. */
export function distanceL0(a: Float32Array, b: Float32Array): number {
  let count = 0
  for (let i = 0; i < a.length; i++) count += Number(a[i] !== b[i])
  return count
}

/**
 * x ← the nearest point z to x with Σ|z − image| ≤ epsilon in the box: |z − image| is |x − image| − λ, not below
 * 0 and not beyond the box, with the least λ that does (Croce and Hein, arXiv 2103.01208, section 3).
 */
export function projectL1(x: Float32Array, image: Float32Array, box: Box, epsilon: number): void {
  const [wanted, room] = [new Float64Array(x.length), new Float64Array(x.length)]
  let largest = 0
  for (let i = 0; i < x.length; i++) {
    const move = x[i] - image[i]
    wanted[i] = Math.abs(move)
    room[i] = move > 0 ? box.upper[i] - image[i] : image[i] - box.lower[i]
    largest = Math.max(largest, wanted[i])
  }
  const threshold =
    lengthBeyond(wanted, room, 0) <= epsilon ? 0 : threshOf(wanted, room, { epsilon, largest })
  for (let i = 0; i < x.length; i++) {
    const length = Math.min(Math.max(wanted[i] - threshold, 0), room[i])
    x[i] = image[i] + (x[i] > image[i] ? length : -length)
  }
}

/** λ to the last bits of a float32, from above: the ball is not left. */
function threshOf(
  wanted: Float64Array,
  room: Float64Array,
  { epsilon, largest }: { readonly epsilon: number; readonly largest: number },
): number {
  let [low, high] = [0, largest]
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2
    if (lengthBeyond(wanted, room, middle) > epsilon) low = middle
    else high = middle
  }
  return high
}

function lengthBeyond(wanted: Float64Array, room: Float64Array, threshold: number): number {
  let total = 0
  for (let i = 0; i < wanted.length; i++) {
    const length = wanted[i] - threshold
    if (length > 0) total += length < room[i] ? length : room[i]
  }
  return total
}

/** x ← image + the soft-thresholded change, within the box: ISTA's shrinkage. */
export function shrinkChange(x: Float32Array, image: Float32Array, box: Box, threshold: number): void {
  for (let i = 0; i < x.length; i++) {
    const move = x[i] - image[i]
    const length = Math.max(Math.abs(move) - threshold, 0)
    x[i] = Math.min(Math.max(image[i] + Math.sign(move) * length, box.lower[i]), box.upper[i])
  }
}

/** The share `part` (0 to 1) of largest magnitudes as ±1, the others 0; in place. Ties all count. */
export function toSignsOfLargest(values: Float32Array, part: number): void {
  const least = magnitudeAt(values, part)
  for (let i = 0; i < values.length; i++)
    values[i] = values[i] !== 0 && Math.abs(values[i]) >= least ? Math.sign(values[i]) : 0
}

/** x ← image where |x − image| < threshold */
export function dropSmallChanges(x: Float32Array, image: Float32Array, threshold: number): void {
  for (let i = 0; i < x.length; i++) if (Math.abs(x[i] - image[i]) < threshold) x[i] = image[i]
}

/** The magnitude that the share `part` of values reaches. */
function magnitudeAt(values: Float32Array, part: number): number {
  const sorted = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) sorted[i] = Math.abs(values[i])
  sorted.sort()
  const index = Math.floor((1 - part) * values.length)
  return sorted[Math.min(Math.max(index, 0), values.length - 1)]
}

/** gradient ← gradient + ∂/∂δ (1/d)·Σ δ² / (δ² + σ): σ-zero's smooth count of changes (arXiv 2402.01879). */
export function addCountSlope(
  gradient: Float32Array,
  x: Float32Array,
  image: Float32Array,
  sigma: number,
): void {
  for (let i = 0; i < gradient.length; i++) {
    const change = x[i] - image[i]
    gradient[i] += (2 * sigma * change) / (gradient.length * (change * change + sigma) ** 2)
  }
}

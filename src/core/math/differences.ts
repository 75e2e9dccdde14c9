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

/** A copy of a plane. */
export function planeOf(image: ArrayLike<number>, start: number, length: number): Float64Array {
  const plane = new Float64Array(length)
  for (let i = 0; i < length; i++) plane[i] = image[start + i]
  return plane
}

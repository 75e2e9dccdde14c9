/** far, its change of the image clipped to ±most. */
export function clippedChange(far: Float32Array, image: Float32Array, most: number): Float32Array {
  const clipped = new Float32Array(far.length)
  for (let i = 0; i < far.length; i++) {
    const centre = image[i]
    clipped[i] = Math.min(Math.max(far[i], centre - most), centre + most)
  }
  return clipped
}

/** x ← image + fraction · (x − image) */
export function shrinkTowards(x: Float32Array, image: Float32Array, fraction: number): void {
  for (let i = 0; i < x.length; i++) {
    const centre = image[i]
    x[i] = centre + fraction * (x[i] - centre)
  }
}

/** w·(a − b) */
export function inner(normal: Float32Array, a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < normal.length; i++) sum += normal[i] * (a[i] - b[i])
  return sum
}

/** The box of one sample or of a batch. */
export interface Box {
  readonly lower: Float32Array
  readonly upper: Float32Array
}

/** What lies within `radius` of the values and within `bounds`. */
export function boxAround(values: Float32Array, bounds: Box, radius: number): Box {
  const [lower, upper] = [new Float32Array(values.length), new Float32Array(values.length)]
  for (let i = 0; i < values.length; i++) {
    lower[i] = Math.max(values[i] - radius, bounds.lower[i])
    upper[i] = Math.min(values[i] + radius, bounds.upper[i])
  }
  return { lower, upper }
}

/** What lies between two points. */
export function boxBetween(x: Float32Array, image: Float32Array): Box {
  const [lower, upper] = [new Float32Array(x.length), new Float32Array(x.length)]
  for (let i = 0; i < x.length; i++) {
    lower[i] = x[i] < image[i] ? x[i] : image[i]
    upper[i] = x[i] < image[i] ? image[i] : x[i]
  }
  return { lower, upper }
}

/** step ← multiplier · (step − 2·(x − image)) */
export function pullBack(step: Float32Array, multiplier: number, x: Float32Array, image: Float32Array): void {
  for (let i = 0; i < step.length; i++) step[i] = multiplier * (step[i] - 2 * (x[i] - image[i]))
}

/** step ← α·(z − x_t) + (1 − α)·(x_t − x_{t−1}), α = 0.75. */
export function leanToLastMove(
  step: Float32Array,
  z: Float32Array,
  current: Float32Array,
  before: Float32Array,
): void {
  for (let i = 0; i < step.length; i++) step[i] = 0.75 * (z[i] - current[i]) + 0.25 * (current[i] - before[i])
}

/** out ← (a − b) / unit */
export function difference(out: Float32Array, a: ArrayLike<number>, b: ArrayLike<number>, unit = 1): void {
  for (let i = 0; i < out.length; i++) out[i] = (a[i] - b[i]) / unit
}

/** point ← centre + radius · numbers that are drawn, one for each pixel */
export function placeAround(
  point: Float32Array,
  centre: Float32Array,
  radius: number,
  draw: () => number,
): void {
  for (let i = 0; i < point.length; i++) point[i] = centre[i] + radius * draw()
}

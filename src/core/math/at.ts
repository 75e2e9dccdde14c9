/**
 * Reads of one value in loops over pixels, whose callers know the lengths. `entry` serves lists of every kind,
 * for which an engine has no fast read: it takes 25 times as long. Each of these sees one kind of array.
 */

export function float32At(values: Float32Array, index: number): number {
  return values[index]
}

export function float64At(values: Float64Array, index: number): number {
  return values[index]
}

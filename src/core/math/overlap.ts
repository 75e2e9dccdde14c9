/** Pixels of each class. */
export interface Counts {
  readonly shared: Float64Array
  readonly inA: Float64Array
  readonly inB: Float64Array
}

/** A mask's values and grid. */
interface Labels {
  readonly values: Uint8Array
  readonly rows: number
  readonly columns: number
}

/** Counts the pixels of masks whose values are classes. */
export function countClasses(a: Labels, b: Labels, { shared, inA, inB }: Counts): void {
  for (let i = 0; i < a.values.length; i++) {
    const [x, y] = [a.values[i], b.values[i]]
    inA[x] = inA[x] + 1
    inB[y] = inB[y] + 1
    if (x === y) shared[x] = shared[x] + 1
  }
}

/** Counts the pixels of masks of a plane of 0 and 1 for each class. */
export function countPlanes(a: Labels, b: Labels, { shared, inA, inB }: Counts): void {
  const pixels = a.rows * a.columns
  for (let i = 0; i < a.values.length; i++) {
    const k = Math.floor(i / pixels)
    const [x, y] = [a.values[i], b.values[i]]
    inA[k] = inA[k] + x
    inB[k] = inB[k] + y
    shared[k] = shared[k] + (x & y)
  }
}

/** How many of `count` values of 0 and 1 from `start` on are set in both, and in either. */
export function countOverlap(
  a: Uint8Array,
  b: Uint8Array,
  start: number,
  count: number,
): { readonly both: number; readonly either: number } {
  let both = 0
  let either = 0
  for (let i = start; i < start + count; i++) {
    both += a[i] & b[i]
    either += a[i] | b[i]
  }
  return { both, either }
}

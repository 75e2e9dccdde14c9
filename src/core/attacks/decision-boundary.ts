import { entry } from '../entry.ts'

/** An affine function of the logits, a·z + b: positive on the side that the attack wants. */
export interface Hyperplane {
  /** What is not zero of a: class and factor. */
  readonly terms: readonly (readonly [k: number, factor: number])[]
  /** b */
  readonly offset: number
}

/**
 * How a goal divides the logits of a sample by planes: it is met on the wanted side of any of them, or of
 * all.
 */
export interface DecisionBoundary {
  readonly need: 'any' | 'all'
  readonly planes: readonly Hyperplane[]
}

/** How far logits [K] are on the plane's wanted side; negative on the other. */
export function planeValue({ terms, offset }: Hyperplane, logits: Float32Array): number {
  let sum = offset
  for (const [k, factor] of terms) sum += factor * entry(logits, k)
  return sum
}

/** row [K] ← a */
export function writeNormal(row: Float32Array, { terms }: Hyperplane): void {
  row.fill(0)
  for (const [k, factor] of terms) row[k] = factor
}

/**
 * The plane that decides, the best of `any` and the worst of `all`, and its value: the goal's margin. The
 * first of several.
 */
export function decidingPlane(
  { need, planes }: DecisionBoundary,
  logits: Float32Array,
): { readonly index: number; readonly margin: number } {
  const sign = need === 'any' ? 1 : -1
  let [index, best] = [-1, -Infinity]
  planes.forEach((plane, i) => {
    const value = sign * planeValue(plane, logits)
    if (value > best) [index, best] = [i, value]
  })
  return { index, margin: sign * best }
}

/** z_wanted − z_other. */
export function difference(wanted: number, other: number): Hyperplane {
  return {
    terms: [
      [wanted, 1],
      [other, -1],
    ],
    offset: 0,
  }
}

/** ±(z_k − bar): positive where label k is set, or where it is not. */
export function threshold(
  k: number,
  { bar, set }: { readonly bar: number; readonly set: boolean },
): Hyperplane {
  return set ? { terms: [[k, 1]], offset: -bar } : { terms: [[k, -1]], offset: bar }
}

/** When an attack on a sample has succeeded, as a function of the logits. */
export interface Criterion {
  /** In words, for records and reports. */
  readonly name: string
  /** `logits` is [K], those of sample `sample`. */
  isMet(logits: Float32Array, sample: number): boolean
  /**
   * The same as planes among K logits, for methods that look for the nearest one; absent where there are
   * none.
   */
  boundary?(sample: number, classes: number): DecisionBoundary
}

/** The index of the largest value, the first of several. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0
  for (let k = 1; k < values.length; k++) if (entry(values, k) > entry(values, best)) best = k
  return best
}

/** An affine function of the logits, a·z + b: positive on the side that the attack wants. */
export interface Face {
  /** What is not zero of a: class and factor. */
  readonly terms: readonly (readonly [k: number, factor: number])[]
  /** b */
  readonly offset: number
}

/**
 * How a goal divides the logits of a sample by planes: it is met where any of the faces is positive, or all
 * of them.
 */
export interface Faces {
  readonly need: 'any' | 'all'
  readonly faces: readonly Face[]
}

/** How far logits [K] are on the face's wanted side; negative on the other. */
export function faceValue({ terms, offset }: Face, logits: Float32Array): number {
  return terms.reduce((sum, [k, factor]) => sum + factor * (logits[k] ?? NaN), offset)
}

/** row [K] ← a */
export function writeFace(row: Float32Array, { terms }: Face): void {
  row.fill(0)
  for (const [k, factor] of terms) row[k] = factor
}

/**
 * The face that decides, the best of `any` and the worst of `all`, and its value: the goal's margin. The
 * first of several.
 */
export function decidingFace(
  { need, faces }: Faces,
  logits: Float32Array,
): { readonly index: number; readonly margin: number } {
  const sign = need === 'any' ? 1 : -1
  let [index, best] = [-1, -Infinity]
  faces.forEach((face, i) => {
    const value = sign * faceValue(face, logits)
    if (value > best) [index, best] = [i, value]
  })
  return { index, margin: sign * best }
}

/** z_wanted − z_other. */
export function difference(wanted: number, other: number): Face {
  return {
    terms: [
      [wanted, 1],
      [other, -1],
    ],
    offset: 0,
  }
}

/** ±(z_k − bar): positive where label k is set, or where it is not. */
export function threshold(k: number, { bar, set }: { readonly bar: number; readonly set: boolean }): Face {
  return set ? { terms: [[k, 1]], offset: -bar } : { terms: [[k, -1]], offset: bar }
}

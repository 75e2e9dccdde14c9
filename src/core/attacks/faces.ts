/** An affine function of the logits, a·z + b: positive on the side that the attack wants. */
export interface Face {
  /** a, [K] */
  readonly weights: Float32Array
  /** b */
  readonly offset: number
}

/** How a goal divides the logits of a sample by planes: it is met where any of the faces is positive, or all of them. */
export interface Faces {
  readonly need: 'any' | 'all'
  readonly faces: readonly Face[]
}

/** How far logits [K] are on the face's wanted side; negative on the other. */
export function faceValue({ weights, offset }: Face, logits: Float32Array): number {
  return weights.reduce((sum, weight, k) => (weight === 0 ? sum : sum + weight * (logits[k] ?? NaN)), offset)
}

/** The face that decides, the best of `any` and the worst of `all`, and its value: the goal's margin. The first of several. */
export function decidingFace({ need, faces }: Faces, logits: Float32Array): { readonly index: number; readonly margin: number } {
  const sign = need === 'any' ? 1 : -1
  let [index, best] = [-1, -Infinity]
  faces.forEach((face, i) => {
    const value = sign * faceValue(face, logits)
    if (value > best) [index, best] = [i, value]
  })
  return { index, margin: sign * best }
}

/** z_wanted − z_other of K logits. */
export function difference(classes: number, wanted: number, other: number): Face {
  const weights = new Float32Array(classes)
  weights[wanted] = 1
  weights[other] = -1
  return { weights, offset: 0 }
}

/** ±(z_k − bar) of K logits: positive where label k is set, or where it is not. */
export function threshold(classes: number, k: number, { bar, set }: { readonly bar: number; readonly set: boolean }): Face {
  const weights = new Float32Array(classes)
  weights[k] = set ? 1 : -1
  return { weights, offset: set ? -bar : bar }
}

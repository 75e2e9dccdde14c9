/** A matrix in C order. */
interface Matrix {
  readonly outputs: number
  readonly inputs: number
  readonly weights: Float32Array
}

/** A matrix [outputs, inputs] as [inputs, outputs]. */
export function transposed({ outputs, inputs, weights }: Matrix): Float32Array {
  return Float32Array.from({ length: weights.length }, (_, index) => {
    const [row, column] = [Math.floor(index / outputs), index % outputs]
    return weights[column * inputs + row]
  })
}

/** Extents of the kernels of a convolution. */
interface Kernels {
  readonly m: number
  readonly perGroup: number
  /** Outputs of a group. */
  readonly outputs: number
  readonly taps: number
}

/** [group, outputs, perGroup, taps] to [group, perGroup, outputs, taps], the taps reversed. */
export function rotatedKernels(
  source: ArrayLike<number>,
  { m, perGroup, outputs, taps }: Kernels,
): Float32Array {
  const rotated = new Float32Array(source.length)
  for (let row = 0; row < m; row++)
    for (let column = 0; column < perGroup; column++) {
      const block = Math.floor(row / outputs)
      const target = ((block * perGroup + column) * outputs + (row % outputs)) * taps
      const from = (row * perGroup + column) * taps
      for (let tap = 0; tap < taps; tap++) rotated[target + tap] = source[from + taps - 1 - tap]
    }
  return rotated
}

/** An array that `slice` copies, with numbers to write. */
interface Numbers {
  readonly length: number
  [index: number]: number
}

/** The values of an array at the places of C order in `extents`, each axis taking a step of `steps`. */
export function inOrder<Data extends Numbers & { slice(): Data }>(
  data: Data,
  extents: readonly number[],
  steps: readonly number[],
): Data {
  const out = data.slice()
  const at = extents.map(() => 0)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      at[axis] += 1
      from += steps[axis]
      if (at[axis] < extents[axis]) break
      from -= steps[axis] * extents[axis]
      at[axis] = 0
    }
  }
  return out
}

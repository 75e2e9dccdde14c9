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

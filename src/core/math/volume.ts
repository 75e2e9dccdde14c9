/** Sums of the weights of all patches at each place of an axis. */
export function totalsOf(extent: number, starts: readonly number[], weights: Float64Array): Float64Array {
  const sums = new Float64Array(extent)
  for (const start of starts)
    for (const [i, weight] of weights.entries())
      if (start + i < extent) sums[start + i] = sums[start + i] + weight
  return sums
}

/** `count` values of sums from `to` on += those of part from `from` on. */
export function addRow(
  sums: Float32Array,
  to: number,
  part: Float32Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) sums[to + i] += part[from + i]
}

/** A row of a stack and of a patch, and what the patch weighs there. */
interface WeighedRow {
  readonly weight: number
  readonly inStack: number
  readonly inPatch: number
}

/** sums += weight · alongRow ⊙ the patch's row */
export function addWeighed(
  sums: Float32Array,
  patch: Float32Array,
  alongRow: Float64Array,
  { weight, inStack, inPatch }: WeighedRow,
): void {
  for (let i = 0; i < alongRow.length; i++)
    sums[inStack + i] = sums[inStack + i] + weight * alongRow[i] * patch[inPatch + i]
}

/** The patch's row = weight · alongRow ⊙ the stack's */
export function weighRow(
  patch: Float32Array,
  stack: Float32Array,
  alongRow: Float64Array,
  { weight, inStack, inPatch }: WeighedRow,
): void {
  for (let i = 0; i < alongRow.length; i++) patch[inPatch + i] = weight * alongRow[i] * stack[inStack + i]
}

/** Slices of `ofSlice` values, each value divided by the total at its voxel. */
export function dividedByTotals(
  data: Float32Array,
  totals: Float64Array,
  plane: number,
  ofSlice: number,
): Float32Array {
  const quotients = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++)
    quotients[i] = data[i] / totals[Math.floor(i / ofSlice) * plane + (i % plane)]
  return quotients
}

import { addScaled, type AxisWeights } from './resample.ts'

/** Extents, distances or places along three axes. */
export type Extents3 = readonly [number, number, number]

/** sums += weights ⊙ a patch's row, of `count` values from `inPatch` on; weights from `at` on. */
export function addWeighed(
  sums: Float32Array,
  patch: Float32Array,
  weights: Float64Array,
  { at, inVolume, inPatch, count }: PatchRow,
): void {
  for (let i = 0; i < count; i++)
    sums[inVolume + i] = sums[inVolume + i] + weights[at + i] * patch[inPatch + i]
}

/** A row of a volume and of a patch. */
interface PatchRow {
  /** Where its weights begin. */
  readonly at: number
  readonly inVolume: number
  readonly inPatch: number
  readonly count: number
}

/** The patch's row = weights ⊙ the volume's */
export function weighRow(
  patch: Float32Array,
  volume: Float32Array,
  weights: Float64Array,
  { at, inVolume, inPatch, count }: PatchRow,
): void {
  for (let i = 0; i < count; i++) patch[inPatch + i] = weights[at + i] * volume[inVolume + i]
}

/** `count` values of sums from `to` on += those of part from `from` on. */
export function addRow(
  sums: Float32Array | Float64Array,
  to: number,
  part: Float32Array | Float64Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) sums[to + i] = sums[to + i] + part[from + i]
}

/** Channels of volumes, each value divided by the total at its voxel. */
export function dividedByTotals(data: Float32Array, totals: Float64Array): Float32Array {
  const quotients = new Float32Array(data.length)
  const { length } = totals
  for (let from = 0; from < data.length; from += length)
    for (let i = 0; i < length; i++) quotients[from + i] = data[from + i] / totals[i]
  return quotients
}

/** Where values of an array lie in another one: from `start` on, each axis of `extents` in steps. */
export interface Strides {
  readonly start: number
  readonly extents: readonly [number, number, number, number]
  readonly steps: readonly [number, number, number, number]
}

/** The values at these places, in C order. */
export function gathered(data: Float32Array, places: Strides): Float32Array {
  const out = new Float32Array(data.length)
  eachRow(places, (from, to, count, step) => {
    for (let i = 0; i < count; i++) out[to + i] = data[from + i * step]
  })
  return out
}

/** Values in C order at these places: the inverse of `gathered`. */
export function scattered(data: Float32Array, places: Strides): Float32Array {
  const out = new Float32Array(data.length)
  eachRow(places, (to, from, count, step) => {
    for (let i = 0; i < count; i++) out[to + i * step] = data[from + i]
  })
  return out
}

function eachRow(
  { start, extents: [a, b, c, count], steps: [ofA, ofB, ofC, step] }: Strides,
  work: (there: number, here: number, count: number, step: number) => void,
): void {
  let here = 0
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) {
        work(start + i * ofA + j * ofB + k * ofC, here, count, step)
        here += count
      }
}

/** A matrix applied along the middle axis of [outer, inputs, inner]; gives [outer, outputs, inner]. */
export function combineAxis(data: Float32Array, table: AxisWeights, inner: number): Float32Array {
  const { inputs, outputs, starts, offsets, weights } = table
  const outer = data.length / (inputs * inner)
  const out = new Float32Array(outer * outputs * inner)
  const line = new Float64Array(inner)
  for (let block = 0; block < outer; block++)
    for (let row = 0; row < outputs; row++) {
      line.fill(0)
      for (let at = offsets[row]; at < offsets[row + 1]; at++)
        addScaled(line, weights[at], data, (block * inputs + starts[row] + at - offsets[row]) * inner)
      out.set(line, (block * outputs + row) * inner)
    }
  return out
}

import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'

/** What each pixel of a grid shows. */
export interface Mask {
  readonly rows: number
  readonly columns: number
  /** Whether a pixel may show several classes, or none. */
  readonly overlapping: boolean
  /** Class indices [rows, columns]; of overlapping classes [K, rows, columns] of 0 and 1. */
  readonly values: Uint8Array
}

/** Checked. Throws `tensor-invalid` where the values don't fill the grid. */
export function maskOf(mask: Mask): Mask {
  const pixels = mask.rows * mask.columns
  const fits = mask.overlapping
    ? pixels > 0 && mask.values.length % pixels === 0
    : mask.values.length === pixels
  if (fits) return mask
  throw new RadversaryError(
    'tensor-invalid',
    `Mask: expected values for ${mask.rows}x${mask.columns} pixels, got ${mask.values.length}`,
  )
}

/** A mask that shows one class everywhere; with overlapping classes and no class, nothing. */
export function uniformMask(
  { rows, columns, overlapping }: Pick<Mask, 'rows' | 'columns' | 'overlapping'>,
  classes: number,
  shown: number | undefined,
): Mask {
  const pixels = rows * columns
  if (!overlapping) return { rows, columns, overlapping, values: new Uint8Array(pixels).fill(shown ?? 0) }
  const values = new Uint8Array(classes * pixels)
  if (shown !== undefined) values.fill(1, shown * pixels, (shown + 1) * pixels)
  return { rows, columns, overlapping, values }
}

/** Where a mask shows a class: [rows, columns] of 0 and 1. A view where it can be one. */
export function planeOf({ rows, columns, overlapping, values }: Mask, classIndex: number): Uint8Array {
  const pixels = rows * columns
  if (overlapping) return values.subarray(classIndex * pixels, (classIndex + 1) * pixels)
  const plane = new Uint8Array(pixels)
  for (let i = 0; i < pixels; i++) plane[i] = Number(values[i] === classIndex)
  return plane
}

/** How many pixels of each of `classes` a mask shows. */
export function areasOf(mask: Mask, classes: number): number[] {
  const areas = new Array<number>(classes).fill(0)
  const pixels = mask.rows * mask.columns
  mask.values.forEach((value, i) => {
    const shown = mask.overlapping ? Math.floor(i / pixels) : value
    if (!mask.overlapping || value !== 0) areas[shown] = (areas[shown] ?? 0) + 1
  })
  return areas
}

/** Fraction of the grid's pixels where two masks of one grid are not the same. */
export function differingFraction(a: Mask, b: Mask): number {
  if (a.values.length !== b.values.length) return 1
  let differing = 0
  for (let i = 0; i < a.values.length; i++) differing += Number(a.values[i] !== b.values[i])
  return differing / a.values.length
}

/** A mask as JSON keeps it. */
export interface MaskRuns {
  readonly rows: number
  readonly columns: number
  readonly overlapping: boolean
  /** Runs of the values in their order, alternately a value and how often it comes. */
  readonly runs: readonly number[]
}

/** Run-length encoded. */
export function toRuns({ rows, columns, overlapping, values }: Mask): MaskRuns {
  const runs: number[] = []
  for (let start = 0; start < values.length;) {
    let end = start
    while (end < values.length && values[end] === values[start]) end++
    runs.push(entry(values, start), end - start)
    start = end
  }
  return { rows, columns, overlapping, runs }
}

/** The length of a run that a damaged list of them lacks. */
const unended = 0

/** Throws `tensor-invalid` where the runs don't fill the grid. */
export function fromRuns({ rows, columns, overlapping, runs }: MaskRuns): Mask {
  const values = new Uint8Array(runs.reduce((sum, count, i) => (i % 2 === 1 ? sum + count : sum), 0))
  let at = 0
  for (let i = 0; i < runs.length; i += 2) values.fill(entry(runs, i), at, (at += runs[i + 1] ?? unended))
  return maskOf({ rows, columns, overlapping, values })
}

import { RadversaryError } from '../errors.ts'
import type { Mask } from '../image/mask.ts'
import { meanOf } from './mean.ts'

/** How two regions of one grid overlap. */
export interface Overlap {
  /** 2 |A ∩ B| / (|A| + |B|); null where both are empty. */
  readonly dice: number | null
  /** |A ∩ B| / |A ∪ B|; null where both are empty. */
  readonly iou: number | null
}

/**
 * Dice coefficient (1945) and intersection over union (Jaccard 1912), class by class. Throws `tensor-invalid`
 * for masks of two grids.
 */
export function overlapsOf(a: Mask, b: Mask, classes: number): Overlap[] {
  if (a.values.length !== b.values.length || a.columns !== b.columns)
    throw new RadversaryError(
      'tensor-invalid',
      `Overlap: expected masks of one grid, got ${gridOf(a)} and ${gridOf(b)}`,
    )
  const counts = { shared: zeros(classes), inA: zeros(classes), inB: zeros(classes) }
  if (a.overlapping) countPlanes(a, b, counts)
  else countClasses(a, b, counts)
  return Array.from({ length: classes }, (_, k) =>
    overlap(counts.shared[k] ?? 0, (counts.inA[k] ?? 0) + (counts.inB[k] ?? 0)),
  )
}

/** The mean over some classes of what is defined; null where nothing is. */
export function meanOverlap(
  overlaps: readonly Overlap[],
  measure: keyof Overlap,
  classes: readonly number[],
): number | null {
  return meanOf(classes.map((k) => overlaps[k]?.[measure] ?? null))
}

/** Pixels of each class. */
interface Counts {
  readonly shared: Float64Array
  readonly inA: Float64Array
  readonly inB: Float64Array
}

function countClasses(a: Mask, b: Mask, { shared, inA, inB }: Counts): void {
  for (let i = 0; i < a.values.length; i++) {
    const [x, y] = [a.values[i] ?? 0, b.values[i] ?? 0]
    inA[x] = (inA[x] ?? 0) + 1
    inB[y] = (inB[y] ?? 0) + 1
    if (x === y) shared[x] = (shared[x] ?? 0) + 1
  }
}

function countPlanes(a: Mask, b: Mask, { shared, inA, inB }: Counts): void {
  const pixels = a.rows * a.columns
  for (let i = 0; i < a.values.length; i++) {
    const k = Math.floor(i / pixels)
    const [x, y] = [a.values[i] ?? 0, b.values[i] ?? 0]
    inA[k] = (inA[k] ?? 0) + x
    inB[k] = (inB[k] ?? 0) + y
    shared[k] = (shared[k] ?? 0) + (x & y)
  }
}

function overlap(shared: number, both: number): Overlap {
  return both === 0 ? { dice: null, iou: null } : { dice: (2 * shared) / both, iou: shared / (both - shared) }
}

function zeros(count: number): Float64Array {
  return new Float64Array(count)
}

function gridOf({ rows, columns }: Mask): string {
  return `${rows}x${columns}`
}

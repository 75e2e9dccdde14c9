import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import type { Mask } from '../image/mask.ts'
import { meanOf } from './mean.ts'
import { countClasses, countPlanes } from '../math/overlap.ts'

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
    overlap(entry(counts.shared, k), entry(counts.inA, k) + entry(counts.inB, k)),
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

function overlap(shared: number, both: number): Overlap {
  return both === 0 ? { dice: null, iou: null } : { dice: (2 * shared) / both, iou: shared / (both - shared) }
}

function zeros(count: number): Float64Array {
  return new Float64Array(count)
}

function gridOf({ rows, columns }: Mask): string {
  return `${rows}x${columns}`
}

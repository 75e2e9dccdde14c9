import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { areasOf, type Mask, planeOf } from '../image/mask.ts'
import { countClasses, countPlanes } from '../math/overlap.ts'
import { hd95, type Spacing } from '../math/surface-distance.ts'
import { meanOf } from './statistics.ts'
import type { SegmentMetrics, SliceMetrics, SliceSegments } from './slice-metrics.ts'

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

/** How one class of a mask agrees with a reference's. */
export interface SegmentAgreement extends Overlap {
  /** Class index. */
  readonly class: number
  /** Pixels of the class in the mask, not in the reference. */
  readonly area: number
  /** In the unit of the spacing; null where the mask or the reference hasn't the class. */
  readonly hd95: number | null
}

/** Dice, IoU and HD95 of some classes. Throws `tensor-invalid` for masks of two grids. */
export function segmentAgreement(
  mask: Mask,
  reference: Mask,
  compared: { readonly classes: readonly number[]; readonly count: number; readonly spacing: Spacing },
): SegmentAgreement[] {
  const overlaps = overlapsOf(mask, reference, compared.count)
  const areas = areasOf(mask, compared.count)
  const grid = { rows: mask.rows, columns: mask.columns, spacing: compared.spacing }
  return compared.classes.map((k) => ({
    class: k,
    area: entry(areas, k),
    ...(overlaps[k] ?? { dice: null, iou: null }),
    hd95: hd95(planeOf(mask, k), planeOf(reference, k), grid),
  }))
}

/**
 * One class over many slices: means over the slices where each measure is defined, null where it is nowhere.
 */
export interface MeanSegment {
  /** Its name. */
  readonly class: string
  readonly diceBefore: number | null
  readonly diceAfter: number | null
  readonly iouBefore: number | null
  readonly iouAfter: number | null
  readonly hd95Before: number | null
  readonly hd95After: number | null
}

export interface MeanSegments {
  /** Null where some slices are in mm and others in pixels: then there are no mean distances. */
  readonly distanceUnit: 'mm' | 'px' | null
  readonly classes: readonly MeanSegment[]
}

/** Undefined where no slice is of a segmentation. */
export function meanSegments(rows: readonly SliceMetrics[]): MeanSegments | undefined {
  const all = rows.flatMap(({ segments }) => segments ?? [])
  const [first] = all
  if (first === undefined) return undefined
  const distanceUnit = all.every((each) => each.distanceUnit === first.distanceUnit)
    ? first.distanceUnit
    : null
  return {
    distanceUnit,
    classes: first.before.map((segment) => meanOfClass(all, segment.class, distanceUnit !== null)),
  }
}

function meanOfClass(all: readonly SliceSegments[], name: string, isOneUnit: boolean): MeanSegment {
  const over = (when: 'before' | 'after', measure: Exclude<keyof SegmentMetrics, 'class'>) =>
    meanOf(all.map((each) => each[when].find((segment) => segment.class === name)?.[measure] ?? null))
  return {
    class: name,
    diceBefore: over('before', 'dice'),
    diceAfter: over('after', 'dice'),
    iouBefore: over('before', 'iou'),
    iouAfter: over('after', 'iou'),
    hd95Before: isOneUnit ? over('before', 'hd95') : null,
    hd95After: isOneUnit ? over('after', 'hd95') : null,
  }
}

import { meanOf } from './mean.ts'
import type { SegmentMetrics, SliceMetrics, SliceSegments } from './slice-metrics.ts'

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

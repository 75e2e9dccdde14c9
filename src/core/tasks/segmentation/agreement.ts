import { meanOf } from '../../evaluate/statistics.ts'
import { segmentAgreement, type SegmentAgreement } from '../../evaluate/segments.ts'
import type { Mask } from '../../image/mask.ts'
import { thingsOf } from './masks.ts'
import type { SegmentationOutput } from './output.ts'

/** mm between the centres of rows and of columns. */
export type PixelSpacing = readonly [betweenRows: number, betweenColumns: number]

/** A class against the label, by its name. */
export type NamedAgreement = Omit<SegmentAgreement, 'class'> & { class: string }

export interface MaskAgreement {
  distanceUnit: 'mm' | 'px'
  /** Spacing for the distances: between rows and between columns, in the unit. */
  spacing: [number, number]
  /** All but the background. */
  classes: NamedAgreement[]
}

/**
 * How a mask agrees with a label's; distances in mm where the pixel spacing is known. Throws `tensor-invalid`
 * for masks of two grids.
 */
export function maskAgreement(
  head: SegmentationOutput,
  { mask, label }: { readonly mask: Mask; readonly label: Mask },
  pixelSpacing: PixelSpacing | undefined,
): MaskAgreement {
  const isKnown = pixelSpacing?.every((distance) => distance > 0) === true
  const [row, column] = isKnown ? pixelSpacing : [1, 1]
  const compared = { classes: thingsOf(head), count: head.classes.length, spacing: { row, column } }
  const classes = segmentAgreement(mask, label, compared).map((each) => ({
    ...each,
    class: head.classes[each.class] ?? '',
  }))
  return { distanceUnit: isKnown ? 'mm' : 'px', spacing: [row, column], classes }
}

/**
 * One class over many frames: means over the frames where each measure is defined, null where it is nowhere.
 */
export interface MeanAgreement {
  readonly class: string
  readonly dice: number | null
  readonly iou: number | null
  /** Null also where some frames are in mm and others in pixels. */
  readonly hd95: number | null
  readonly distanceUnit: 'mm' | 'px'
}

/** Null of no frames. */
export function meanAgreement(all: readonly MaskAgreement[]): MeanAgreement[] | null {
  const [first] = all
  if (first === undefined) return null
  const isOneUnit = all.every(({ distanceUnit }) => distanceUnit === first.distanceUnit)
  return first.classes.map(({ class: name }, k) => {
    const mean = (measure: 'dice' | 'iou' | 'hd95') =>
      meanOf(all.map(({ classes }) => classes[k]?.[measure] ?? null))
    const hd95 = isOneUnit ? mean('hd95') : null
    return { class: name, dice: mean('dice'), iou: mean('iou'), hd95, distanceUnit: first.distanceUnit }
  })
}

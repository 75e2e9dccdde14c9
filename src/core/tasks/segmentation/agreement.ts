import { segmentAgreement, type SegmentAgreement } from '../../evaluate/segment-agreement.ts'
import type { SegmentationOutput } from '../../model/card.ts'
import type { Mask } from '../../image/mask.ts'
import { thingsOf } from './masks.ts'

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

import { entry } from '../entry.ts'
import { areasOf, planeOf, type Mask } from '../image/mask.ts'
import { overlapsOf, type Overlap } from './overlap.ts'
import { hd95, type Spacing } from '../math/surface-distance.ts'

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

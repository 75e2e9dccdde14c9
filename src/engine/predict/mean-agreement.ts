import { meanOf } from '../../core/evaluate/mean.ts'
import type { MaskAgreement } from '../../core/tasks/segmentation/agreement.ts'

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

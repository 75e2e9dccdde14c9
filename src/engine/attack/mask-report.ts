import { internalError } from '../../core/errors.ts'
import { segmentAgreement } from '../../core/evaluate/segment-agreement.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { Mask } from '../../core/model/mask.ts'
import { toRuns } from '../../core/model/mask-runs.ts'
import { thingsOf } from '../../core/model/segmentation.ts'
import type { FrameReport } from './image-result.ts'

/** A frame's masks, all on the image's own grid. */
interface FrameMasks {
  readonly label: Mask | undefined
  readonly before: Mask | undefined
  /** Of the pixels read back. */
  readonly after: Mask | undefined
}

/** mm between the centres of rows and of columns. */
export type PixelSpacing = readonly [betweenRows: number, betweenColumns: number]

/** How the masks agree with the label, class by class, and the masks; nothing for models of other tasks. */
export function maskReport(
  card: ModelCard,
  { label, before, after }: FrameMasks,
  pixelSpacing: PixelSpacing | undefined,
): Pick<FrameReport, 'segments' | 'masks'> {
  if (card.task !== 'segmentation') return {}
  if (label === undefined || before === undefined || after === undefined)
    throw internalError('a frame of a segmentation has no mask')
  const isKnown = pixelSpacing?.every((distance) => distance > 0) === true
  const [row, column] = isKnown ? pixelSpacing : [1, 1]
  const compared = { classes: thingsOf(card.output), count: card.output.classes.length, spacing: { row, column } }
  const agreement = (mask: Mask) =>
    segmentAgreement(mask, label, compared).map((found) => ({ ...found, class: card.output.classes[found.class] ?? '' }))
  return {
    segments: {
      distanceUnit: isKnown ? 'mm' : 'px',
      spacing: [row, column],
      before: agreement(before),
      after: agreement(after),
    },
    masks: { label: plain(label), before: plain(before), after: plain(after) },
  }
}

function plain(mask: Mask) {
  const { runs, ...grid } = toRuns(mask)
  return { ...grid, runs: [...runs] }
}

import { internalError } from '../../errors.ts'
import { differingFraction, fromRuns, type Mask, toRuns } from '../../image/mask.ts'
import { percent } from '../../number-texts.ts'
import type { FrameLabel, Prediction } from '../answers.ts'
import type { FrameParts } from '../report-fields.ts'
import type { AttackedFrame } from '../rules.ts'
import { verificationError } from '../verification.ts'
import { maskAgreement, type PixelSpacing } from './agreement.ts'
import type { SegmentationOutput } from './output.ts'

/** Pixels between two classes may fall to the other one where sums are made in another order. */
const largestDifference = 1e-3

/** Masks of a frame, all on the image's own grid; `after` of the pixels read back. */
interface FrameMasks {
  readonly label: Mask
  readonly before: Mask
  readonly after: Mask
}

/** How the masks of a frame agree with the label, class by class, and the masks. */
export function maskReport(
  output: SegmentationOutput,
  { label, before, after, pixelSpacing }: AttackedFrame,
): FrameParts {
  const masks = { label: maskOf(label), before: maskOf(before), after: maskOf(after) }
  return {
    segments: segmentsOf(output, masks, pixelSpacing),
    masks: { label: plain(masks.label), before: plain(masks.before), after: plain(masks.after) },
  }
}

function maskOf(answer: FrameLabel | Prediction): Mask {
  if (answer.kind === 'mask') return answer.mask
  throw internalError('a frame of a segmentation has no mask')
}

function segmentsOf(
  output: SegmentationOutput,
  { label, before, after }: FrameMasks,
  pixelSpacing: PixelSpacing | undefined,
): NonNullable<FrameParts['segments']> {
  const { classes, ...distances } = maskAgreement(output, { mask: before, label }, pixelSpacing)
  return {
    ...distances,
    before: classes,
    after: maskAgreement(output, { mask: after, label }, pixelSpacing).classes,
  }
}

function plain(mask: Mask) {
  const { runs, ...grid } = toRuns(mask)
  return { ...grid, runs: [...runs] }
}

/**
 * That the recorded masks are those that the recorded measures are of, and that the adversarial one is
 * predicted again.
 * @throws RadversaryError verification-failed
 */
export function checkMasks(
  output: SegmentationOutput,
  { segments, masks }: FrameParts,
  predicted: Prediction,
  file: string,
): void {
  if (segments === undefined || masks === undefined) return
  const recorded = {
    label: fromRuns(masks.label),
    before: fromRuns(masks.before),
    after: fromRuns(masks.after),
  }
  const spacing = segments.distanceUnit === 'mm' ? segments.spacing : undefined
  if (JSON.stringify(segmentsOf(output, recorded, spacing)) !== JSON.stringify(segments))
    throw verificationError('Dice, IoU and HD95 of the recorded masks', 'others', file)
  const differing = differingFraction(recorded.after, maskOf(predicted))
  if (differing > largestDifference)
    throw verificationError(
      'the mask that was recorded',
      `one that differs in ${percent(differing, 2)} of its values`,
      file,
    )
}

import { internalError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { Mask } from '../../core/image/mask.ts'
import { toRuns } from '../../core/image/mask-runs.ts'
import { maskAgreement, type PixelSpacing } from '../../core/tasks/segmentation/agreement.ts'
import type { FrameReport } from '../export/image-result.ts'

/** A frame's masks, all on the image's own grid. */
interface FrameMasks {
  readonly label: Mask | undefined
  readonly before: Mask | undefined
  /** Mask predicted on the pixels read back. */
  readonly after: Mask | undefined
}

/** How the masks agree with the label, class by class, and the masks; nothing for models of other tasks. */
export function maskReport(
  { task, output }: ModelCard,
  { label, before, after }: FrameMasks,
  pixelSpacing: PixelSpacing | undefined,
): Pick<FrameReport, 'segments' | 'masks'> {
  if (task !== 'segmentation') return {}
  if (label === undefined || before === undefined || after === undefined)
    throw internalError('a frame of a segmentation has no mask')
  const { classes, ...distances } = maskAgreement(output, { mask: before, label }, pixelSpacing)
  return {
    segments: {
      ...distances,
      before: classes,
      after: maskAgreement(output, { mask: after, label }, pixelSpacing).classes,
    },
    masks: { label: plain(label), before: plain(before), after: plain(after) },
  }
}

function plain(mask: Mask) {
  const { runs, ...grid } = toRuns(mask)
  return { ...grid, runs: [...runs] }
}

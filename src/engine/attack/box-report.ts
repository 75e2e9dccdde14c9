import { detectionAgreement, detectionCounts } from '../../core/evaluate/detection.ts'
import type { SliceDetections } from '../../core/evaluate/slice-metrics.ts'
import type { DetectionChange } from '../../core/evaluate/summary.ts'
import type { Box, LabelledBox } from '../../core/model/boxes.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { objectsOf } from '../../core/model/detection.ts'
import type { FrameReport } from './image-result.ts'

/** The boxes of a frame of a detection; nothing for models of other tasks. */
export function boxReport(
  label: readonly LabelledBox[] | undefined,
  before: readonly Box[] | undefined,
  after: readonly Box[] | undefined,
): Pick<FrameReport, 'boxes'> {
  if (label === undefined || before === undefined || after === undefined) return {}
  const plain = ({ class: k, x0, y0, x1, y1 }: LabelledBox) => ({ class: k, x0, y0, x1, y1 })
  return { boxes: { label: label.map(plain), before: [...before], after: [...after] } }
}

/** How many of a frame's labelled boxes are found, before and after. */
export function boxCounts({ label, before, after }: NonNullable<FrameReport['boxes']>): SliceDetections {
  const counts = (found: readonly Box[]) => ({ boxes: found.length, ...detectionCounts({ found, labels: label }) })
  return { labelled: label.length, before: counts(before), after: counts(after) }
}

/** mAP, recall and false positives over all frames, before and after; undefined for models of other tasks. */
export function detectionChange(card: ModelCard, frames: readonly Pick<FrameReport, 'boxes'>[]): DetectionChange | undefined {
  if (card.task !== 'detection') return undefined
  const of = (when: 'before' | 'after') => {
    const images = frames.flatMap(({ boxes }) => (boxes === undefined ? [] : [{ found: boxes[when], labels: boxes.label }]))
    return detectionAgreement(images, objectsOf(card.output))
  }
  return { before: of('before'), after: of('after') }
}

import { internalError } from '../../core/errors.ts'
import { detectionAgreement, labelsFound } from '../../core/evaluate/detection.ts'
import type { SliceDetections } from '../../core/evaluate/slice-metrics.ts'
import type { DetectionChange } from '../../core/evaluate/summary.ts'
import type { Box, LabelledBox } from '../../core/image/boxes.ts'
import type { DetectionOutput, ModelCard } from '../../core/model/card.ts'
import { objectsOf } from '../../core/tasks/detection/detector.ts'
import type { Prediction } from '../../core/tasks/classification/heads.ts'
import type { FrameReport } from '../export/image-result.ts'

type FrameBoxes = NonNullable<FrameReport['boxes']>

/** What the model says of a frame, before and after (of the pixels read back). */
interface Predictions {
  readonly before: Prediction
  readonly after: Prediction
}

/**
 * The boxes of a frame of a detection, and which labelled ones they find; nothing for models of other tasks.
 */
export function boxReport(
  { task, output }: ModelCard,
  label: readonly LabelledBox[] | undefined,
  { before, after }: Predictions,
): Pick<FrameReport, 'boxes'> {
  if (task !== 'detection') return {}
  if (label === undefined || before.boxes === undefined || after.boxes === undefined)
    throw internalError('a frame of a detection has no boxes')
  const labels = label.map(plain)
  return {
    boxes: {
      label: labels,
      before: foundBoxes(before.boxes, labels),
      after: foundBoxes(after.boxes, labels),
      highest: { before: highestScore(output, before), after: highestScore(output, after) },
    },
  }
}

function plain({ class: k, x0, y0, x1, y1 }: LabelledBox): FrameBoxes['label'][number] {
  return { class: k, x0, y0, x1, y1 }
}

/** Boxes with the index of the labelled box that each finds. */
export function foundBoxes(found: readonly Box[], labels: readonly LabelledBox[]): FrameBoxes['before'] {
  const finds = labelsFound({ found, labels })
  return found.map((box, i) => ({ ...plain(box), score: box.score, finds: finds[i] ?? null }))
}

function highestScore(output: DetectionOutput, { probabilities }: Prediction): number {
  return Math.max(...objectsOf(output).map((k) => probabilities[k] ?? 0))
}

/** How many of a frame's labelled boxes are found, before and after. */
export function boxCounts({ label, before, after }: FrameBoxes): SliceDetections {
  const counts = (boxes: FrameBoxes['before']) => {
    const found = boxes.filter(({ finds }) => finds !== null).length
    return { boxes: boxes.length, found, falsePositives: boxes.length - found }
  }
  return { labelled: label.length, before: counts(before), after: counts(after) }
}

/** mAP, recall and false positives over all frames, before and after; undefined for models of other tasks. */
export function detectionChange(
  card: ModelCard,
  frames: readonly Pick<FrameReport, 'boxes'>[],
): DetectionChange | undefined {
  if (card.task !== 'detection') return undefined
  const of = (when: 'before' | 'after') => {
    const images = frames.flatMap(({ boxes }) =>
      boxes === undefined ? [] : [{ found: boxes[when], labels: boxes.label }],
    )
    return detectionAgreement(images, objectsOf(card.output))
  }
  return { before: of('before'), after: of('after') }
}

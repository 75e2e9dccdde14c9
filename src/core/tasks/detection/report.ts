import { entry } from '../../entry.ts'
import { internalError } from '../../errors.ts'
import { detectionAgreement, labelsFound } from '../../evaluate/detection.ts'
import type { SliceDetections } from '../../evaluate/slice-metrics.ts'
import type { DetectionChange } from '../../evaluate/summary.ts'
import { boxIou, type Box, type LabelledBox } from '../../image/boxes.ts'
import type { BoxPrediction, Prediction } from '../answers.ts'
import type { FrameParts } from '../report-fields.ts'
import type { AttackedFrame } from '../rules.ts'
import { verificationError } from '../verification.ts'
import { objectsOf } from './detector.ts'
import type { DetectionOutput } from './output.ts'
import type { FrameBoxes } from './report-fields.ts'

/**
 * Sums that are made in another order move scores and corners by this much; a box so near to the threshold
 * may come or go.
 */
const largestDifference = 1e-4
const leastIou = 0.99

/** The boxes of a frame, and which labelled ones they find. */
export function boxReport(
  output: DetectionOutput,
  { label, before, after }: Pick<AttackedFrame, 'label' | 'before' | 'after'>,
): FrameParts {
  if (label.kind !== 'boxes' || before.kind !== 'boxes' || after.kind !== 'boxes')
    throw internalError('a frame of a detection has no boxes')
  const labels = label.boxes.map(plain)
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

function highestScore(output: DetectionOutput, { probabilities }: BoxPrediction): number {
  return Math.max(...objectsOf(output).map((k) => entry(probabilities, k)))
}

/** How many of a frame's labelled boxes are found, before and after. */
export function boxCounts({ label, before, after }: FrameBoxes): SliceDetections {
  const counts = (boxes: FrameBoxes['before']) => {
    const found = boxes.filter(({ finds }) => finds !== null).length
    return { boxes: boxes.length, found, falsePositives: boxes.length - found }
  }
  return { labelled: label.length, before: counts(before), after: counts(after) }
}

/** mAP, recall and false positives over all frames, before and after. */
export function detectionChange(output: DetectionOutput, frames: readonly FrameParts[]): DetectionChange {
  const of = (when: 'before' | 'after') => {
    const images = frames.flatMap(({ boxes }) =>
      boxes === undefined ? [] : [{ found: boxes[when], labels: boxes.label }],
    )
    return detectionAgreement(images, objectsOf(output))
  }
  return { before: of('before'), after: of('after') }
}

/**
 * That the recorded boxes find the labelled ones that the record says, and that those after the attack are
 * predicted again: as many, of the same classes, with the same scores (to 1e-4), in the same places (IoU
 * 0.99). @throws RadversaryError verification-failed
 */
export function checkBoxes(
  { threshold }: Pick<DetectionOutput, 'threshold'>,
  { boxes }: FrameParts,
  predicted: Prediction,
  file: string,
): void {
  if (boxes === undefined || predicted.kind !== 'boxes') return
  for (const found of [boxes.before, boxes.after]) {
    const again = foundBoxes(found, boxes.label)
    if (found.some(({ finds }, i) => finds !== again[i]?.finds))
      throw verificationError('the labelled boxes that the recorded ones find', 'others', file)
  }
  const left = unmatched(boxes.after, predicted.boxes)
  const beyond = left.filter(({ score }) => score > threshold + largestDifference)
  if (beyond.length > 0)
    throw verificationError(
      `the ${boxes.after.length} boxes that were recorded`,
      `${predicted.boxes.length}, ${beyond.length} of them all not alike`,
      file,
    )
}

/** Those of either list that none of the other is like. */
function unmatched(recorded: readonly Box[], predicted: readonly Box[]): Box[] {
  const rest = [...predicted]
  const alone = recorded.filter((box) => {
    const at = rest.findIndex((other) => isAlike(box, other))
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  return [...alone, ...rest]
}

function isAlike(a: Box, b: Box): boolean {
  return a.class === b.class && Math.abs(a.score - b.score) <= largestDifference && boxIou(a, b) >= leastIou
}

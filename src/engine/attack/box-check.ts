import { boxIou, type Box } from '../../core/image/boxes.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { foundBoxes } from './box-report.ts'
import type { FrameReport } from '../export/image-result.ts'
import { mismatch } from './mismatch.ts'

/**
 * Sums that are made in another order move scores and corners by this much; a box so near to the threshold
 * may come or go.
 */
const [largestDifference, leastIou] = [1e-4, 0.99]

/**
 * That the recorded boxes find the labelled ones that the record says, and that those after the attack are
 * predicted again: as many, of the same classes, with the same scores (to 1e-4), in the same places (IoU
 * 0.99). @throws RadversaryError verification-failed
 */
export function checkBoxes(
  { task, output }: ModelCard,
  { boxes }: Pick<FrameReport, 'boxes'>,
  predicted: readonly Box[] | undefined,
  file: string,
): void {
  if (task !== 'detection' || boxes === undefined || predicted === undefined) return
  for (const found of [boxes.before, boxes.after]) {
    const again = foundBoxes(found, boxes.label)
    if (found.some(({ finds }, i) => finds !== again[i]?.finds))
      throw mismatch('the labelled boxes that the recorded ones find', 'others', file)
  }
  const left = unmatched(boxes.after, predicted)
  const beyond = left.filter(({ score }) => score > output.threshold + largestDifference)
  if (beyond.length > 0)
    throw mismatch(
      `the ${boxes.after.length} boxes that were recorded`,
      `${predicted.length}, ${beyond.length} of them all not alike`,
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

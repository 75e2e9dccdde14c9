import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { SmallTable } from '../../ui/SmallTable.tsx'
import { texts } from '../../texts.ts'
import { changeText } from './change-text.ts'

/**
 * Table of a segmentation that is done: agreement of every class with the labels before and after the attack,
 * means over the slices.
 */
export function SegmentTable({ segments }: { readonly segments: AttackSummary['segments'] }) {
  if (segments === undefined) return null
  return (
    <SmallTable
      heading={texts.results.segments}
      testId="segments"
      columns={[texts.results.segmentClass, 'Dice', 'IoU', texts.results.hd95(segments.distanceUnit ?? '')]}
      rows={segments.classes.map((each) => [
        each.class,
        changeText(each.diceBefore, each.diceAfter, 3),
        changeText(each.iouBefore, each.iouAfter, 3),
        changeText(each.hd95Before, each.hd95After, 1),
      ])}
    />
  )
}

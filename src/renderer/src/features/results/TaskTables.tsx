import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { percent } from '../../../../core/number-texts.ts'
import type { FrameReport } from '../../../../engine/export/image-result.ts'
import { texts } from '../../texts.ts'
import { SmallTable } from '../../ui/SmallTable.tsx'
import { boxPlaceText, ClassName } from '../model/class-tables.tsx'
import { boxFates, changeText } from './result-rows.ts'

interface DetectionTableProps {
  readonly detections: AttackSummary['detections']
  readonly classNames: readonly string[]
}

/**
 * Table of a detection that is done: average precision of every class that is looked for, before and after
 * the attack, over all slices.
 */
export function DetectionTable({ detections, classNames }: DetectionTableProps) {
  if (detections === undefined) return null
  const { before, after } = detections
  return (
    <SmallTable
      heading={texts.results.detections}
      testId="detections"
      columns={[texts.results.segmentClass, texts.results.labelledBoxes, 'AP@0.5']}
      rows={before.classes.map(({ class: index, boxes, averagePrecision }, i) => [
        <ClassName key="class" index={index} names={classNames} />,
        boxes,
        changeText(averagePrecision, after.classes[i]?.averagePrecision ?? null, 3),
      ])}
    />
  )
}

interface FateTableProps {
  /** Boxes of the image in the active viewport; detections only. */
  readonly boxes: FrameReport['boxes']
  readonly classNames: readonly string[]
}

/** What the attack did to every box of an image. */
export function FateTable({ boxes, classNames }: FateTableProps) {
  if (boxes === undefined) return null
  return (
    <SmallTable
      heading={texts.results.fates}
      testId="fates"
      columns={texts.results.fateColumns}
      rows={boxFates(boxes).map(({ box, fate, before, after }) => [
        <ClassName key="class" index={box.class} names={classNames} />,
        boxPlaceText(box),
        `${percent(before, 0)} → ${percent(after, 0)}`,
        texts.results.fateOf[fate],
      ])}
      none={texts.results.noFates}
    />
  )
}

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

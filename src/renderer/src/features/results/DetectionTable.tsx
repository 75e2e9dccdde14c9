import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { SmallTable } from '../../ui/SmallTable.tsx'
import { texts } from '../../texts.ts'
import { ClassName } from '../model/class-tables.tsx'
import { changeText } from './change-text.ts'

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

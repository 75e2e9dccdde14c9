import { percent } from '../../../../core/number-texts.ts'
import type { FrameReport } from '../../../../engine/export/image-result.ts'
import { SmallTable } from '../../ui/SmallTable.tsx'
import { texts } from '../../texts.ts'
import { boxPlaceText, ClassName } from '../model/class-tables.tsx'
import { boxFates } from './box-fates.ts'

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

import { SmallTable } from '../../ui/SmallTable.tsx'
import { texts } from '../../texts.ts'
import { boxPlaceText } from './box-text.ts'
import { ClassName } from './ClassName.tsx'
import { useSlicePrediction, type PredictedSlice } from './use-slice-prediction.ts'

/**
 * The boxes that a detector finds in the active image. Nothing before it was predicted, and of other tasks.
 */
export function BoxTable({ classNames, ...slice }: PredictedSlice) {
  const boxes = useSlicePrediction(slice)?.boxes
  if (boxes === undefined) return null
  return (
    <SmallTable
      heading={texts.model.boxes}
      testId="boxes"
      columns={[texts.model.areaClass, texts.model.boxScore, texts.model.boxPlace]}
      rows={boxes.map((box) => [
        <ClassName key="class" index={box.class} names={classNames} />,
        `${(100 * box.score).toFixed(1)} %`,
        boxPlaceText(box),
      ])}
      none={texts.model.noBoxes}
    />
  )
}

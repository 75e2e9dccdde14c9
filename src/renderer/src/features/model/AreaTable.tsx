import { SmallTable } from '../../ui/SmallTable.tsx'
import { texts } from '../../texts.ts'
import { ClassName } from './ClassName.tsx'
import { useImageInfo, useSlicePrediction, type PredictedSlice } from './use-slice-prediction.ts'

/**
 * What a segmentation says of the active image: how much of it each class takes. Nothing before it was
 * predicted, and of other tasks.
 */
export function AreaTable({ classNames, ...slice }: PredictedSlice) {
  const { rows = 0, columns = 0 } = useImageInfo(slice) ?? {}
  const areas = useSlicePrediction(slice)?.areas
  if (areas === undefined) return null
  return (
    <SmallTable
      heading={texts.model.areas}
      testId="areas"
      columns={[texts.model.areaClass, texts.model.areaPixels, texts.model.areaShare]}
      rows={classNames.map((_, index) => {
        const area = areas[index] ?? 0
        const share = (100 * area) / Math.max(1, rows * columns)
        return [<ClassName key="class" index={index} names={classNames} />, area, `${share.toFixed(1)} %`]
      })}
    />
  )
}

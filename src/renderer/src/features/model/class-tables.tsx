import { percent } from '../../../../core/number-texts.ts'
import { classColour } from '../../viewer/mask-pixels.ts'
import classes from './model.module.css'
import { SmallTable } from '../../ui/SmallTable.tsx'
import { texts } from '../../texts.ts'
import { type PredictedSlice, useImageInfo, useSlicePrediction } from './use-models.ts'
import type { Rectangle } from '../../../../core/image/boxes.ts'

interface ClassNameProps {
  readonly index: number
  readonly names: readonly string[]
}

/** A class by name, beside its colour. */
export function ClassName({ index, names }: ClassNameProps) {
  return (
    <>
      <span className={classes['swatch']} style={{ background: classColour(index) }} /> {names[index]}
    </>
  )
}

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
        const share = area / Math.max(1, rows * columns)
        return [<ClassName key="class" index={index} names={classNames} />, area, percent(share)]
      })}
    />
  )
}

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
        percent(box.score),
        boxPlaceText(box),
      ])}
      none={texts.model.noBoxes}
    />
  )
}

/** Its corners, in whole pixels. */
export function boxPlaceText({ x0, y0, x1, y1 }: Rectangle): string {
  return `${[x0, y0].map(Math.round).join(', ')} – ${[x1, y1].map(Math.round).join(', ')}`
}

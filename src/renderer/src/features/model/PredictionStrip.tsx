import { memo } from 'react'
import { texts } from '../../texts.ts'
import { colourOfClass } from './class-colours.ts'
import type { SlicePrediction } from './predictions.ts'
import type { StripRow } from './strip-rows.ts'
import classes from './model.module.css'

interface PredictionStripProps {
  readonly rows: readonly StripRow[]
  readonly classNames: readonly string[]
  readonly current: number
  readonly onSlice: (slice: number) => void
}

/** Predictions over the slices, under the viewports: hue is the class, strength the confidence. A click goes to the slice. */
export function PredictionStrip({ rows, classNames, current, onSlice }: PredictionStripProps) {
  return (
    <section className={classes['strip']} aria-label={texts.model.strip} data-testid="prediction-strip">
      {rows.map(({ name, predictions }) => (
        <div key={name} className={classes['row']} role="group" aria-label={name}>
          <span>{name}</span>
          <div className={classes['cells']}>
            <Cells predictions={predictions} classNames={classNames} onSlice={onSlice} />
            <span
              className={classes['current']}
              style={{ left: `${(100 * current) / predictions.length}%`, width: `${100 / predictions.length}%` }}
            />
          </div>
          <Said prediction={predictions[current]} />
        </div>
      ))}
      <div className={classes['legend']}>
        {classNames.map((name) => (
          <span key={name}>
            <span className={classes['swatch']} style={{ background: colourOfClass(name, classNames) }} />
            {name}
          </span>
        ))}
      </div>
    </section>
  )
}

interface CellsProps extends Pick<StripRow, 'predictions'>, Pick<PredictionStripProps, 'classNames' | 'onSlice'> {}

/** Drawn once for all slices; scrolling moves a mark over them. */
const Cells = memo(function Cells({ predictions, classNames, onSlice }: CellsProps) {
  return predictions.map((prediction, slice) => (
    <button
      key={slice}
      type="button"
      tabIndex={-1}
      className={classes['cell']}
      aria-label={cellText(slice, prediction)}
      title={cellText(slice, prediction)}
      style={prediction && { background: colourOfClass(prediction.prediction, classNames), opacity: strength(prediction) }}
      onClick={() => {
        onSlice(slice)
      }}
    />
  ))
})

function strength({ confidence }: SlicePrediction): number {
  return 0.35 + 0.65 * confidence
}

/** The present slice's prediction in words. */
function Said({ prediction }: { readonly prediction: SlicePrediction | undefined }) {
  const text = prediction === undefined ? '' : `${prediction.prediction} ${percent(prediction.confidence)}`
  return (
    <span className={classes['said']} title={text}>
      {text}
    </span>
  )
}

function cellText(slice: number, prediction: SlicePrediction | undefined): string {
  if (prediction === undefined) return String(slice + 1)
  return texts.model.cell(slice + 1, prediction.prediction, percent(prediction.confidence))
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`
}

import { memo } from 'react'
import { texts } from '../../texts.ts'
import { answerText, withConfidence, type AnswerNames } from '../../state/card-answers.ts'
import { classColour, colourOfClass } from '../../viewer/mask-pixels.ts'
import type { SlicePrediction } from '../../state/predictions.ts'
import { cellStrength, valueSpan, type StripRow } from './strip-rows.ts'
import classes from './model.module.css'

interface PredictionStripProps {
  readonly rows: readonly StripRow[]
  readonly names: AnswerNames
  readonly current: number
  readonly onSlice: (slice: number) => void
}

/**
 * Predictions over the slices, under the viewports: hue is the class, strength the confidence or the value. A
 * click goes to the slice.
 */
export function PredictionStrip({ rows, names, current, onSlice }: PredictionStripProps) {
  return (
    <section className={classes['strip']} aria-label={texts.model.strip} data-testid="prediction-strip">
      <Lines rows={rows} names={names} current={current} onSlice={onSlice} />
      <div className={classes['legend']}>
        {names.classes.map((name) => (
          <span key={name}>
            <span className={classes['swatch']} style={{ background: colourOfClass(name, names.classes) }} />
            {name}
            {spanText(rows, names)}
          </span>
        ))}
      </div>
    </section>
  )
}

function Lines({ rows, names, current, onSlice }: PredictionStripProps) {
  return rows.map(({ name, predictions }) => (
    <div key={name} className={classes['row']} role="group" aria-label={name}>
      <span>{name}</span>
      <div className={classes['cells']}>
        <Cells rows={rows} predictions={predictions} names={names} onSlice={onSlice} />
        <span
          className={classes['current']}
          style={{ left: `${(100 * current) / predictions.length}%`, width: `${100 / predictions.length}%` }}
        />
      </div>
      <Said prediction={predictions[current]} />
    </div>
  ))
}

/** ", 96 months to 132 months" of a regression. */
function spanText(rows: readonly StripRow[], names: AnswerNames): string {
  const ends = valueSpan(rows)?.map((value) => answerText({ classes: [], value }, names))
  return ends === undefined ? '' : `, ${ends.join(' – ')}`
}

interface CellsProps
  extends Pick<StripRow, 'predictions'>, Pick<PredictionStripProps, 'rows' | 'names' | 'onSlice'> {}

/** Drawn once for all slices; scrolling moves a mark over them. */
const Cells = memo(function Cells({ rows, predictions, names, onSlice }: CellsProps) {
  const span = valueSpan(rows)
  return predictions.map((prediction, slice) => (
    <button
      key={slice}
      type="button"
      tabIndex={-1}
      className={classes['cell']}
      aria-label={cellText(slice, prediction)}
      title={cellText(slice, prediction)}
      style={
        prediction && {
          background: colourOf(prediction, names),
          opacity: 0.35 + 0.65 * cellStrength(prediction, span),
        }
      }
      onClick={() => {
        onSlice(slice)
      }}
    />
  ))
})

function colourOf({ prediction, value }: SlicePrediction, { classes: names }: AnswerNames): string {
  return value === undefined ? colourOfClass(prediction, names) : classColour(0)
}

/** The present slice's prediction in words. */
function Said({ prediction }: { readonly prediction: SlicePrediction | undefined }) {
  const text = prediction === undefined ? '' : saidOf(prediction)
  return (
    <span className={classes['said']} title={text}>
      {text}
    </span>
  )
}

function cellText(slice: number, prediction: SlicePrediction | undefined): string {
  return prediction === undefined ? String(slice + 1) : texts.model.cell(slice + 1, saidOf(prediction))
}

function saidOf({ prediction, confidence }: SlicePrediction): string {
  return withConfidence(prediction, confidence, 1)
}

import type { Frame } from '../frame.ts'
import { texts } from '../../texts.ts'
import type { RegionShape } from '../region.ts'
import type { Measured } from './shown-in.ts'
import { changeOf, statisticsOf, type Statistics } from './statistics.ts'

/** Four digits, with a true minus. */
export function statisticText(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−')
}

/** A difference with its sign; 0 where it says nothing. */
export function signedText(value: number): string {
  const text = statisticText(value)
  return value > 0 && text !== '0' ? `+${text}` : text
}

/** The unit of a frame's values, after a space; nothing where the file names none. */
function unitText(frame: Pick<Frame, 'unit' | 'slope' | 'intercept'>): string {
  const name = unitName(frame)
  return name === 'unspecified' ? '' : ` ${name}`
}

/** HU, SUV or what the file says; values that are as they are stored say so. */
export function unitName({ unit, slope, intercept }: Pick<Frame, 'unit' | 'slope' | 'intercept'>): string {
  if (unit !== '' && unit !== 'US') return unit
  return slope === 1 && intercept === 0 ? 'stored' : 'unspecified'
}

const numbers = ['mean', 'sd', 'min', 'max'] as const

/** "Mean 40.1 HU (+2.1)", and so on: what is written beside a region; of an original without differences. */
export function measuredLines({ frame, change, isChange }: Measured, shape: RegionShape): string[] {
  const area = areaText(frame, statisticsOf(frame, shape))
  if (isChange && change !== undefined)
    return [...linesOf(statisticsOf(change, shape), undefined, frame), ...area].map((line, i) =>
      i === 0 ? `Δ ${line}` : line,
    )
  const changed = change && changeOf(frame, change, shape)
  return [...linesOf(changed ?? statisticsOf(frame, shape), changed?.before, frame), ...area]
}

function linesOf(
  now: Statistics | undefined,
  before: Statistics | undefined,
  frame: Pick<Frame, 'unit' | 'slope' | 'intercept'>,
): string[] {
  if (now === undefined) return []
  return numbers.map((name) => {
    const difference = before && ` (${signedText(now[name] - before[name])})`
    return `${texts.measurements.numbers[name]} ${statisticText(now[name])}${unitText(frame)}${difference ?? ''}`
  })
}

function areaText({ spacing }: Frame, now: Statistics | undefined): string[] {
  if (now === undefined) return []
  const pixels = texts.measurements.pixels(now.pixels)
  if (spacing === undefined) return [pixels]
  const area = now.pixels * spacing.row * spacing.column
  return [
    area >= 100 ? `${statisticText(area / 100)} cm², ${pixels}` : `${statisticText(area)} mm², ${pixels}`,
  ]
}

import type { Frame } from '../frame.ts'

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
export function unitText(frame: Pick<Frame, 'unit' | 'slope' | 'intercept'>): string {
  const name = unitName(frame)
  return name === 'unspecified' ? '' : ` ${name}`
}

/** HU, SUV or what the file says; values that are as they are stored say so. */
export function unitName({ unit, slope, intercept }: Pick<Frame, 'unit' | 'slope' | 'intercept'>): string {
  if (unit !== '' && unit !== 'US') return unit
  return slope === 1 && intercept === 0 ? 'stored' : 'unspecified'
}

import { modalityValue, storedValues, type Frame } from './frame.ts'

/** What lies under the cursor. */
export interface Probe {
  readonly x: number
  readonly y: number
  /** One value, or three of a colour image. */
  readonly stored: readonly number[]
  /** In `unit`; undefined for colour images and look-up tables. */
  readonly modality: number | undefined
  readonly unit: string
  /** Of the strongest sample of a colour image; undefined where there is no perturbation. */
  readonly perturbation: number | undefined
}

/** Reads a pixel of a frame and of its perturbation; undefined outside the image. */
export function probe(frame: Frame, perturbation: Frame | undefined, x: number, y: number): Probe | undefined {
  const stored = storedValues(frame, x, y)
  if (stored.length === 0) return undefined
  const changes = perturbation === undefined ? [] : storedValues(perturbation, x, y)
  const strongest = changes.reduce<number | undefined>(
    (a, b) => (a === undefined || Math.abs(b) > Math.abs(a) ? b : a),
    undefined,
  )
  return {
    ...{ x, y, stored, unit: frame.unit, perturbation: strongest },
    modality: frame.unit === '' ? undefined : modalityValue(frame, x, y),
  }
}

/** "x 120 y 88 · 1064 · 40 HU · Δ +2 HU". */
export function probeText({ x, y, stored, modality, unit, perturbation }: Probe): string {
  const named = unit === 'US' || unit === '' ? '' : ` ${unit}`
  const parts = [`x ${x} y ${y}`, stored.join(' ')]
  if (modality !== undefined && named !== '') parts.push(`${shortNumber(modality)}${named}`)
  if (perturbation !== undefined) parts.push(`Δ ${signed(perturbation)}${named}`)
  return parts.join(' · ')
}

/** At most three decimals, none where they say nothing. */
export function shortNumber(value: number): string {
  return String(Number(value.toFixed(3)))
}

/** With its sign, a true minus, and none for zero. */
export function signed(value: number): string {
  const text = shortNumber(Math.abs(value))
  if (text === '0') return '0'
  return `${value < 0 ? '−' : '+'}${text}`
}

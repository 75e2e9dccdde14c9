import { texts } from '../texts.ts'
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
  /** Likewise: with its sign, per width of the model's intensity range. */
  readonly gradient: number | undefined
}

/** What was computed for a frame's pixels. */
interface Layers {
  readonly perturbation: Frame | undefined
  readonly gradient: Frame | undefined
}

/** Reads a pixel of a frame and of what was computed for it; undefined outside the image. */
export function probe(frame: Frame, { perturbation, gradient }: Layers, x: number, y: number): Probe | undefined {
  const stored = storedValues(frame, x, y)
  if (stored.length === 0) return undefined
  return {
    ...{ x, y, stored, unit: frame.unit },
    modality: frame.unit === '' ? undefined : modalityValue(frame, x, y),
    perturbation: strongest(perturbation, x, y),
    gradient: strongest(gradient, x, y),
  }
}

function strongest(frame: Frame | undefined, x: number, y: number): number | undefined {
  const values = frame === undefined ? [] : storedValues(frame, x, y)
  return values.reduce<number | undefined>((a, b) => (a === undefined || Math.abs(b) > Math.abs(a) ? b : a), undefined)
}

/** "x 120 y 88 · 1064 · 40 HU · Δ +2 HU · ∂J/∂x −0.0012 per window". */
export function probeText({ x, y, stored, modality, unit, perturbation, gradient }: Probe): string {
  const named = unit === 'US' || unit === '' ? '' : ` ${unit}`
  const parts = [`x ${x} y ${y}`, stored.join(' ')]
  if (modality !== undefined && named !== '') parts.push(`${shortNumber(modality)}${named}`)
  if (perturbation !== undefined) parts.push(`Δ ${signed(perturbation)}${named}`)
  if (gradient !== undefined) parts.push(texts.viewer.probedGradient(withSign(gradient, threeDigits(gradient))))
  return parts.join(' · ')
}

/** At most three decimals, none where they say nothing. */
export function shortNumber(value: number): string {
  return String(Number(value.toFixed(3)))
}

/** With its sign, a true minus, and none for zero. */
export function signed(value: number): string {
  return withSign(value, shortNumber(value))
}

/** Three significant digits: of values that may be tiny everywhere. */
export function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function withSign(value: number, text: string): string {
  if (Number(text) === 0) return '0'
  return value < 0 ? text.replace('-', '−') : `+${text}`
}

import { texts } from '../texts.ts'
import { modalityValue, storedValues, type Frame } from './frame.ts'

/** A pixel's values in one image. */
interface PixelValues {
  /** One value, or three of a colour image. */
  readonly stored: readonly number[]
  /** Undefined for colour images. */
  readonly modality: number | undefined
}

/** What lies under the cursor. */
export interface Probe extends PixelValues {
  readonly x: number
  readonly y: number
  /** In the adversarial image, where it shares the viewport. */
  readonly after: PixelValues | undefined
  /** Unit of the modality values and of the perturbation. */
  readonly unit: string
  /** Perturbation, in a colour image that of its strongest sample; undefined where there is none. */
  readonly perturbation: number | undefined
  /** Likewise: with its sign, per width of the model's intensity range. */
  readonly gradient: number | undefined
}

/** What was computed for a frame's pixels. */
interface Layers {
  readonly perturbation: Frame | undefined
  readonly gradient: Frame | undefined
  /** The image right of a divider. */
  readonly after: Frame | undefined
}

/** Reads a pixel of a frame and of what was computed for it; undefined outside the image. */
export function probe(
  frame: Frame,
  { perturbation, gradient, after }: Layers,
  x: number,
  y: number,
): Probe | undefined {
  const values = pixelValues(frame, x, y)
  if (values.stored.length === 0) return undefined
  return {
    x,
    y,
    ...values,
    unit: frame.unit,
    after: after && pixelValues(after, x, y),
    perturbation: strongest(perturbation, x, y),
    gradient: strongest(gradient, x, y),
  }
}

function pixelValues(frame: Frame, x: number, y: number): PixelValues {
  return { stored: storedValues(frame, x, y), modality: modalityValue(frame, x, y) }
}

function strongest(frame: Frame | undefined, x: number, y: number): number | undefined {
  const values = frame === undefined ? [] : storedValues(frame, x, y)
  return values.reduce<number | undefined>(
    (a, b) => (a === undefined || Math.abs(b) > Math.abs(a) ? b : a),
    undefined,
  )
}

/** "x 120 y 88 · 1064 → 1066 · 40 → 42 HU · Δ +2 HU · ∂J/∂x −0.0012 per window". */
export function probeText({ x, y, stored, modality, after, unit, perturbation, gradient }: Probe): string {
  const named = unit === 'US' || unit === '' ? '' : ` ${unit}`
  const parts = [`x ${x} y ${y}`, change(stored.join(' '), after?.stored.join(' '))]
  if (modality !== undefined && named !== '')
    parts.push(
      `${change(shortNumber(modality), after?.modality === undefined ? undefined : shortNumber(after.modality))}${named}`,
    )
  if (perturbation !== undefined) parts.push(`Δ ${signed(perturbation)}${named}`)
  if (gradient !== undefined)
    parts.push(texts.viewer.probedGradient(withSign(gradient, threeDigits(gradient))))
  return parts.join(' · ')
}

function change(before: string, after: string | undefined): string {
  return after === undefined ? before : `${before} → ${after}`
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

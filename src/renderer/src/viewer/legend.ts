import type { Frame } from './frame.ts'
import { shortNumber } from './probe.ts'

/** In which unit the legend of a perturbation counts. */
export type LegendUnit = 'modality' | 'grey-levels' | 'stored-levels'

/** How sizes of one image's perturbation turn into each other. */
export interface PerturbationScale {
  /** Width of the model's intensity range, in modality units. */
  readonly rangeWidth: number
  /** Modality units per stored level. */
  readonly slope: number
  /** e.g. HU; empty where the file names none. */
  readonly unit: string
}

/**
 * The change that takes the strongest colour, in modality units: at ×1 the colours span the whole intensity
 * range.
 */
export function colourLimit({ rangeWidth }: PerturbationScale, magnification: number): number {
  return rangeWidth / magnification
}

/** "±13.3 HU", "±8 grey levels of 255", "±5 stored levels". */
export function limitText(scale: PerturbationScale, magnification: number, unit: LegendUnit): string {
  const limit = colourLimit(scale, magnification)
  switch (unit) {
    case 'modality':
      return `±${shortNumber(limit)}${scale.unit === '' || scale.unit === 'US' ? '' : ` ${scale.unit}`}`
    case 'grey-levels':
      return `±${shortNumber((limit / scale.rangeWidth) * 255)} grey levels of 255`
    case 'stored-levels':
      return `±${shortNumber(limit / Math.abs(scale.slope))} stored levels`
  }
}

/**
 * The magnitude that takes the strongest colour: at ×1 the image's greatest. Where all are zero any will
 * do.
 */
export function magnitudeLimit({ min, max }: Pick<Frame, 'min' | 'max'>, magnification: number): number {
  return Math.max(Math.abs(min), Math.abs(max)) / magnification || 1
}

/**
 * A magnification at which a budget, as a fraction of the intensity range, fills the colours: a round one
 * from 1 to 100.
 */
export function fittingMagnification(epsilon: number | undefined): number {
  if (epsilon === undefined || !(epsilon > 0)) return 30
  return Math.min(100, Math.max(1, Math.round(1 / epsilon)))
}

import type { RandomSource } from '../random.ts'

export interface Extents {
  readonly channels: number
  readonly rows: number
  readonly columns: number
}

/** The sampling distributions of the Square attack for one norm. Both write perturbations [C·H·W]. */
export interface Proposals {
  /** The first perturbation, over zeros. */
  readonly start: (change: Float32Array, extents: Extents, random: RandomSource) => void
  /**
   * A proposal over the perturbation that is there, and where it differs from it; squares cover `fraction` of
   * the image.
   */
  readonly change: (
    change: Float32Array,
    where: Extents & { readonly fraction: number },
    random: RandomSource,
  ) => readonly Window[]
}

/** Iterations, of 10,000, at which the fraction is halved: arXiv 1912.00049. */
const halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000]

/** p of an iteration (from 0) of `steps`; the schedule is stretched to them. */
export function squareFraction(first: number, iteration: number, steps: number): number {
  const place = (iteration / steps) * 10_000
  return first / 2 ** halvings.filter((after) => place > after).length
}

/**
 * The side of a square that covers `fraction` of an image, at least `least` and at most the image's shorter
 * side.
 */
export function sideOf(
  { rows, columns, fraction }: Omit<Extents, 'channels'> & { readonly fraction: number },
  least: number,
): number {
  const side = Math.round(Math.sqrt(fraction * rows * columns))
  return Math.min(Math.max(side, least), rows, columns)
}

/** Uniform in 0 … count − 1. */
export function below(count: number, random: RandomSource): number {
  return Math.min(count - 1, Math.floor(random.open() * count))
}

export function sign(random: RandomSource): number {
  return random.symmetric() < 0 ? -1 : 1
}

/** Where a window of an image lies, for one channel. */
export interface Window {
  readonly channel: number
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** The same window in every channel. */
export function windowsOf({ channels }: Extents, place: Omit<Window, 'channel'>): Window[] {
  return Array.from({ length: channels }, (_, channel) => ({ channel, ...place }))
}

/**
 * Calls with each row of a window: where it begins and ends in [C·H·W], and its number in the window. Rows,
 * since whole ones are quickly copied.
 */
export function forEachRow(
  { rows, columns }: Extents,
  { channel, top, left, height, width }: Window,
  work: (start: number, end: number, row: number) => void,
): void {
  for (let row = 0; row < height; row++) {
    const start = (channel * rows + top + row) * columns + left
    work(start, start + width, row)
  }
}

export function fillWindow(values: Float32Array, extents: Extents, window: Window, value: number): void {
  forEachRow(extents, window, (start, end) => values.fill(value, start, end))
}

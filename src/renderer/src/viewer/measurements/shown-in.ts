import type { Frame } from '../frame.ts'

/** What a viewport shows, for measurements. */
export interface Measured {
  readonly frame: Frame
  /** The change of each pixel, where a run has made the image; undefined of originals. */
  readonly change: Frame | undefined
  /** Whether the change itself is what is shown. */
  readonly isChange: boolean
}

const shown = new WeakMap<HTMLElement, Measured>()

export function shownIn(element: HTMLElement): Measured | undefined {
  return shown.get(element)
}

export function keepShown(element: HTMLElement, measured: Measured): void {
  shown.set(element, measured)
}

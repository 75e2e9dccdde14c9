/** The two panels beside the images. */
export const sideNames = ['left', 'right'] as const
export type SideName = (typeof sideNames)[number]

/** How one of them is shown. */
export interface Side {
  /** In CSS pixels; undefined for the preset, which grows with the window and the text. */
  readonly width?: number | undefined
  readonly isHidden: boolean
  /** Whether a narrow window has hidden it, and not the user. */
  readonly isByWidth?: boolean | undefined
}

export type Sides = Readonly<Record<SideName, Side>>

export const presetSides: Sides = {
  left: { isHidden: false },
  right: { isHidden: false },
}

const narrowest = 160
/** Part of the window: two panels leave the images at least a fifth. */
const widestPart = 0.4

/** A width that a panel can have in a window of a width, both in CSS pixels. */
export function widthWithin(width: number, window: number): number {
  return Math.round(Math.max(narrowest, Math.min(width, widestPart * window)))
}

/** A panel's width after a key on its divider, as splitters do; undefined for keys that do nothing there. */
export function widthAfterKey(side: SideName, width: number, key: string): number | undefined {
  const outwards = side === 'left' ? 1 : -1
  if (key === 'ArrowRight') return width + 16 * outwards
  if (key === 'ArrowLeft') return width - 16 * outwards
  return undefined
}

/** In device-independent pixels of the whole desktop. */
export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the window was left. */
export interface WindowState {
  readonly bounds: Bounds
  readonly isMaximized: boolean
}

/** The smallest window that the interface is made for. */
export const smallest = { width: 1024, height: 680 }

/** So much of a window must be on a display for it to be found and moved. */
const visibleEnough = 100

/** A window state from a file's text; undefined for anything else. */
export function parseWindowState(text: string): WindowState | undefined {
  try {
    const { bounds, isMaximized } = JSON.parse(text) as Partial<WindowState>
    const numbers = [bounds?.x, bounds?.y, bounds?.width, bounds?.height]
    if (bounds === undefined || !numbers.every((number) => Number.isFinite(number))) return undefined
    return { bounds, isMaximized: isMaximized === true }
  } catch {
    return undefined
  }
}

/**
 * Bounds that can be used now: displays may be gone or smaller. Undefined where the window would not be seen.
 */
export function usableBounds({ bounds }: WindowState, workAreas: readonly Bounds[]): Bounds | undefined {
  const area = workAreas.find((candidate) => overlap(bounds, candidate))
  if (area === undefined) return undefined
  const width = Math.min(Math.max(bounds.width, smallest.width), area.width)
  const height = Math.min(Math.max(bounds.height, smallest.height), area.height)
  const x = Math.min(Math.max(bounds.x, area.x), area.x + area.width - width)
  const y = Math.min(Math.max(bounds.y, area.y), area.y + area.height - height)
  return { x, y, width, height }
}

function overlap(a: Bounds, b: Bounds): boolean {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return across >= visibleEnough && down >= visibleEnough
}

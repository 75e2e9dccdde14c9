/** One image of a series: an image, or one frame of a multi-frame image. */
export interface Slice {
  /** Index of the image within the study. */
  readonly image: number
  /** Counts from 0. */
  readonly frame: number
}

interface ImageFrames {
  readonly index: number
  readonly frames: number
}

const known = new WeakMap<readonly ImageFrames[], readonly Slice[]>()

/**
 * All images of a series in order; the same array for the same images, since every image that is shown
 * asks for it.
 */
export function slicesOf(images: readonly ImageFrames[]): readonly Slice[] {
  const slices =
    known.get(images) ??
    images.flatMap(({ index, frames }) =>
      Array.from({ length: frames }, (_, frame) => ({ image: index, frame })),
    )
  known.set(images, slices)
  return slices
}

/** A place that exists, or 0 for a series without images. */
export function clampSlice(slice: number, count: number): number {
  return Math.max(0, Math.min(slice, count - 1))
}

/**
 * Which images to fetch ahead of being asked: alternately after and before the one shown, at most `distance`
 * on each side.
 */
export function prefetchOrder(current: number, count: number, distance: number): number[] {
  const order: number[] = []
  for (let offset = 1; offset <= distance; offset++)
    for (const slice of [current + offset, current - offset])
      if (slice >= 0 && slice < count) order.push(slice)
  return order
}

/** What of a wheel event says how far it was turned. */
interface WheelTurn {
  readonly deltaY: number
  /** 0 for pixels; lines and pages are notches in any case. */
  readonly deltaMode: number
}

/**
 * Pixels of one event from which it is a notch of a mouse's wheel: mice send 100, 120 or more, trackpads
 * less.
 */
const notchPixels = 50

/** Slices that a wheel's events go on: one for each notch of a mouse, one for 60 pixels of a trackpad. */
export function createWheel(): (event: WheelTurn) => number {
  let rest = 0
  return ({ deltaY, deltaMode }) => {
    if (deltaMode !== 0 || Math.abs(deltaY) >= notchPixels) {
      rest = 0
      return Math.sign(deltaY)
    }
    // What was left of a turn the other way does not count against this one.
    rest = Math.sign(rest) === -Math.sign(deltaY) ? deltaY : rest + deltaY
    const slices = Math.trunc(rest / trackpadPixels)
    rest -= slices * trackpadPixels
    return slices === 0 ? 0 : slices
  }
}

const trackpadPixels = 60

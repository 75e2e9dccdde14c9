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

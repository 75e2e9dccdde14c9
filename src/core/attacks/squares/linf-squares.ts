import { below, fillWindow, forEachRow, sideOf, sign, windowsOf, type Proposals } from './proposals.ts'

/** Vertical stripes of ±ε, then squares of one colour, ±ε in each channel. */
export function linfSquares(epsilon: number): Proposals {
  return {
    start: (change, extents, random) => {
      const { channels, rows, columns } = extents
      for (let channel = 0; channel < channels; channel++) {
        const stripes = Float32Array.from({ length: columns }, () => epsilon * sign(random))
        const whole = { channel, top: 0, left: 0, height: rows, width: columns }
        forEachRow(extents, whole, (start) => {
          change.set(stripes, start)
        })
      }
    },
    change: (change, where, random) => {
      const side = sideOf(where, 1)
      const top = below(where.rows - side + 1, random)
      const left = below(where.columns - side + 1, random)
      const windows = windowsOf(where, { top, left, height: side, width: side })
      for (const window of windows) fillWindow(change, where, window, epsilon * sign(random))
      return windows
    },
  }
}

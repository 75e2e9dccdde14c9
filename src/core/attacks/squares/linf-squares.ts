import { below, forEachPixel, sideOf, sign, type Extents, type Proposals } from './proposals.ts'

/** Vertical stripes of ±ε, then squares of one colour, ±ε in each channel. */
export function linfSquares(epsilon: number): Proposals {
  return {
    start: (change, extents, random) => {
      const { channels, rows, columns } = extents
      for (let channel = 0; channel < channels; channel++)
        for (let left = 0; left < columns; left++) {
          const value = epsilon * sign(random)
          fill(change, extents, { channel, top: 0, left, height: rows, width: 1 }, value)
        }
    },
    change: (change, where, random) => {
      const side = sideOf(where, 1)
      const top = below(where.rows - side + 1, random)
      const left = below(where.columns - side + 1, random)
      for (let channel = 0; channel < where.channels; channel++)
        fill(change, where, { channel, top, left, height: side, width: side }, epsilon * sign(random))
    },
  }
}

function fill(change: Float32Array, extents: Extents, window: Parameters<typeof forEachPixel>[1], value: number): void {
  forEachPixel(extents, window, (index) => {
    change[index] = value
  })
}

import { normL2, scaleBy } from '../../math/kernels.ts'
import type { RandomSource } from '../random.ts'
import {
  below,
  fillWindow,
  forEachRow,
  sideOf,
  sign,
  windowsOf,
  type Extents,
  type Proposals,
  type Window,
} from './proposals.ts'

/**
 * A grid of bumps, then (algorithm 3) a window whose norm and what is unused of the budget go to another as a
 * new bump.
 */
export function l2Squares(epsilon: number): Proposals {
  return {
    start: (change, extents, random) => {
      const side = Math.max(1, Math.floor(Math.min(extents.rows, extents.columns) / 5))
      for (let channel = 0; channel < extents.channels; channel++)
        for (let top = 0; top + side <= extents.rows; top += side)
          for (let left = 0; left + side <= extents.columns; left += side)
            putInto(change, extents, { channel, top, left, height: side, width: side }, bumps(side, random))
      scaleTo(change, epsilon)
    },
    change: (change, where, random) => {
      const side = sideOf(where, Math.min(3, where.rows, where.columns))
      const anywhere = (): Window[] => {
        const top = below(where.rows - side + 1, random)
        return windowsOf(where, {
          top,
          left: below(where.columns - side + 1, random),
          height: side,
          width: side,
        })
      }
      const [tos, froms] = [anywhere(), anywhere()]
      const unused = Math.max(0, epsilon ** 2 - normL2(change) ** 2) / where.channels
      const bump = bumps(side, random)
      for (const [channel, to] of tos.entries())
        exchange(change, where, { to, from: froms[channel] ?? to, unused, bump, sign: sign(random) })
      return [...tos, ...froms]
    },
  }
}

interface Exchange {
  /** W₁, which gets a bump, and W₂, which is emptied. */
  readonly to: Window
  readonly from: Window
  /** This channel's share of ε² − ‖ν‖². */
  readonly unused: number
  /** Values of the bump, of norm 1. */
  readonly bump: Float32Array
  readonly sign: number
}

/** Algorithm 3, the loop over channels. */
function exchange(change: Float32Array, extents: Extents, { to, from, unused, bump, sign }: Exchange): void {
  const fresh = valuesIn(change, extents, to)
  const old = normL2(fresh)
  fillWindow(change, extents, to, 0)
  const ofOthers = normL2(valuesIn(change, extents, from)) // what both windows share is in `old` already
  fillWindow(change, extents, from, 0)
  for (let i = 0; i < fresh.length; i++)
    fresh[i] = sign * (bump[i] ?? 0) + (old > 0 ? (fresh[i] ?? 0) / old : 0)
  scaleTo(fresh, Math.sqrt(old ** 2 + ofOthers ** 2 + unused))
  putInto(change, extents, to, fresh)
}

/** Row by row, [height · width]. */
function valuesIn(values: Float32Array, extents: Extents, window: Window): Float32Array {
  const inside = new Float32Array(window.height * window.width)
  forEachRow(extents, window, (start, end, row) => {
    inside.set(values.subarray(start, end), row * window.width)
  })
  return inside
}

function putInto(values: Float32Array, extents: Extents, window: Window, inside: Float32Array): void {
  const { width } = window
  forEachRow(extents, window, (start, _end, row) => {
    values.set(inside.subarray(row * width, (row + 1) * width), start)
  })
}

/** Two bumps of opposite sign beside or above each other, [side · side], of norm 1. */
function bumps(side: number, random: RandomSource): Float32Array {
  const half = Math.floor(side / 2)
  const lies = random.symmetric() < 0
  const [first, second] = [pyramid(half, side), pyramid(side - half, side)]
  const values = new Float32Array(side * side)
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [along, across] = lies ? [row, column] : [column, row]
      values[row * side + column] = along < half ? first(along, across) : -second(along - half, across)
    }
  scaleTo(values, sign(random))
  return values
}

/**
 * The paper's bump: Σ_{k=0}^{M} 1 / (n + 1 − k)² with n = ⌊h₁ / 2⌋, M = n − max(|r − ⌊h₁/2⌋|, |s − ⌊h₂/2⌋|),
 * r and s from 0; nothing for M < 0.
 */
function pyramid(height: number, width: number): (r: number, s: number) => number {
  const [n, middle] = [Math.floor(height / 2), Math.floor(width / 2)]
  const heights = new Float64Array(n + 1) //                                         of M = 0, 1, …
  for (let k = 0; k <= n; k++) heights[k] = (heights[k - 1] ?? 0) + 1 / (n + 1 - k) ** 2
  return (r, s) => {
    const layer = n - Math.max(Math.abs(r - n), Math.abs(s - middle))
    return layer < 0 ? 0 : (heights[layer] ?? 0)
  }
}

/** values ← values · length / ‖values‖; zeros stay. */
function scaleTo(values: Float32Array, length: number): void {
  const norm = normL2(values)
  if (norm > 0) scaleBy(values, length / norm)
}

import { entry } from '../entry.ts'
import { normL2, scaleBy } from '../math/kernels.ts'
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
function below(count: number, random: RandomSource): number {
  return Math.min(count - 1, Math.floor(random.open() * count))
}

function sign(random: RandomSource): number {
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
function windowsOf({ channels }: Extents, place: Omit<Window, 'channel'>): Window[] {
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

function fillWindow(values: Float32Array, extents: Extents, window: Window, value: number): void {
  forEachRow(extents, window, (start, end) => values.fill(value, start, end))
}

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
  for (let k = 0; k <= n; k++) heights[k] = (k === 0 ? 0 : entry(heights, k - 1)) + 1 / (n + 1 - k) ** 2
  return (r, s) => {
    const layer = n - Math.max(Math.abs(r - n), Math.abs(s - middle))
    return layer < 0 ? 0 : entry(heights, layer)
  }
}

/** values ← values · length / ‖values‖; zeros stay. */
function scaleTo(values: Float32Array, length: number): void {
  const norm = normL2(values)
  if (norm > 0) scaleBy(values, length / norm)
}

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

import type { MaskRuns } from '../../../core/model/mask-runs.ts'

/** A class that is shown, in its colour. */
export interface ShownClass {
  readonly index: number
  readonly name: string
  /** #rrggbb */
  readonly colour: string
}

/**
 * Classes of a mask as RGBA [rows, columns, 4]: whole areas, or their outer pixels alone. Later classes lie
 * over earlier ones.
 */
export function maskPixels(
  runs: MaskRuns,
  shown: readonly ShownClass[],
  part: 'area' | 'outline',
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * runs.rows * runs.columns)
  for (const { index, colour } of shown) {
    const plane = planeOf(runs, index)
    const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    plane.forEach((value, i) => {
      if (value === 1 && (part === 'area' || isOuter(plane, i, runs.columns)))
        pixels.set([...rgb, 255], 4 * i)
    })
  }
  return pixels
}

/**
 * Where a class is: [rows, columns] of 0 and 1. Of overlapping classes its own part of the values, else where
 * they are its index.
 */
function planeOf({ rows, columns, overlapping, runs }: MaskRuns, index: number): Uint8Array {
  const plane = new Uint8Array(rows * columns)
  const [start, wanted] = overlapping ? [index * plane.length, 1] : [0, index]
  let at = -start
  for (let i = 0; i < runs.length; i += 2) {
    const end = at + (runs[i + 1] ?? 0)
    if (runs[i] === wanted && end > 0) plane.fill(1, Math.max(0, at), end)
    at = end
  }
  return plane
}

/** Whether a neighbour by an edge is another, or there is none. */
function isOuter(plane: Uint8Array, i: number, columns: number): boolean {
  const column = i % columns
  if (column === 0 || column === columns - 1) return true
  return [i - 1, i + 1, i - columns, i + columns].some((near) => plane[near] !== 1)
}

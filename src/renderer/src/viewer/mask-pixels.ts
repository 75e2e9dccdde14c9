import type { MaskRuns } from '../../../core/image/mask.ts'

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

/**
 * Colours of classes in strips and charts: distinguished by readers with any colour vision (after Okabe and
 * Ito), on dark grounds.
 */
const palette = [
  '#56b4e9',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#f0e442',
  '#d55e00',
  '#0072b2',
  '#b3b3b3',
] as const

export function classColour(index: number): string {
  return palette[((index % palette.length) + palette.length) % palette.length] ?? palette[0]
}

/** Classes by name, all or some, with their colours. */
export function shownClasses(classes: readonly string[], names: readonly string[] = classes): ShownClass[] {
  return names.map((name) => {
    const index = classes.indexOf(name)
    return { index, name, colour: classColour(index) }
  })
}

/** The colour of a class by name; grey for one that the model does not have, e.g. 'none'. */
export function colourOfClass(name: string, classes: readonly string[]): string {
  const index = classes.indexOf(name)
  return index < 0 ? '#868e96' : classColour(index)
}

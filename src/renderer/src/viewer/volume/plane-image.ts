import type { Slab } from '../../state/ui-store.ts'
import type { Frame } from '../frame.ts'
import { toImage, type ViewerImage } from '../image-loader.ts'
import type { Plane } from './planes.ts'
import { plus } from './vectors.ts'
import { planesOf, reslice } from './reslice.ts'
import type { Volume } from './volume.ts'

/** What makes an image of a volume. */
export interface Cut {
  /** Names volume, plane and slab: of equal cuts equal. */
  readonly id: string
  readonly plane: Plane
  readonly slab: Slab
}

/** Images that are kept: what is shown, and what scrolling has just left. */
const mostImages = 96

const kept = new Map<string, ViewerImage>()

function keptImage(id: string, make: () => ViewerImage): ViewerImage {
  const image = kept.get(id) ?? make()
  kept.delete(id)
  kept.set(id, image)
  for (const old of kept.keys()) if (kept.size > mostImages) kept.delete(old)
  return image
}

/** The image of a plane, or slab, of a volume. */
export function planeImage(volume: Volume, { id, plane, slab }: Cut): ViewerImage {
  return keptImage(id, () => {
    const planes = planesOf(slab.millimetres, plane)
    const { values, min, slope } = volume
    const along = slope < 0 ? turnedRound[slab.kind] : slab.kind
    const pixels = reslice({ size: volume.grid.size, values }, plane, { along, planes, outside: min })
    return toImage(id, frameOf(volume, plane, pixels), false)
  })
}

/** With a negative slope, the greatest value is the least stored one. */
const turnedRound = { greatest: 'least', least: 'greatest', mean: 'mean' } as const

function frameOf(
  { photometric, slope, intercept, unit, window, min, max }: Volume,
  { rows, columns, spacing }: Plane,
  values: Frame['values'],
): Frame {
  const levels = { photometric, slope, intercept, unit, window, min, max, table: undefined }
  return { rows, columns, samples: 1, values, spacing, ...levels }
}

/**
 * The change from one volume to another in a plane, in modality units: of a slab the mean, or at each pixel
 * the greatest change with its sign.
 */
export function planeDifference(before: Volume, after: Volume, { id, plane, slab }: Cut): ViewerImage {
  return keptImage(id, () => {
    const half = (planesOf(slab.millimetres, plane) - 1) / 2
    const [from, to] = [-Math.min(half, plane.index), Math.min(half, plane.count - 1 - plane.index)]
    const found = new Float32Array(plane.rows * plane.columns)
    for (let step = from; step <= to; step++) {
      const at = { ...plane, start: plus(plane.start, plane.through, step) }
      const change = differenceIn(before, after, at)
      for (let i = 0; i < found.length; i++) {
        const [value, known] = [change[i] ?? 0, found[i] ?? 0]
        if (slab.kind === 'mean') found[i] = known + value / (to - from + 1)
        else if (Math.abs(value) > Math.abs(known)) found[i] = value
      }
    }
    return toImage(id, differenceFrame(before, plane, found), true)
  })
}

function differenceIn(before: Volume, after: Volume, plane: Plane): Float32Array {
  const pixels = ({ grid, values, min }: Volume) =>
    reslice({ size: grid.size, values }, plane, { along: 'mean', planes: 1, outside: min })
  const [a, b] = [pixels(before), pixels(after)]
  const shift = after.intercept - before.intercept
  const change = new Float32Array(a.length)
  for (let i = 0; i < change.length; i++)
    change[i] = (b[i] ?? NaN) * after.slope - (a[i] ?? NaN) * before.slope + shift
  return change
}

function differenceFrame({ unit }: Volume, { rows, columns, spacing }: Plane, values: Float32Array): Frame {
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  const levels = { slope: 1, intercept: 0, table: undefined, min, max }
  const window = { center: 0, width: Math.max(max - min, 1) }
  return { rows, columns, samples: 1, values, spacing, photometric: 'MONOCHROME2', unit, window, ...levels }
}

import type { Frame } from '../frame.ts'
import { toImage, type ViewerImage } from '../image-loader.ts'
import type { Plane } from './planes.ts'
import { planeChange, planesOf, reslice, type Slab } from './reslice.ts'
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

/** Lets the planes of a study, or of a run, go. */
export function forgetPlanes(of: { readonly study: string } | { readonly run: string }): void {
  for (const id of kept.keys())
    if ('study' in of ? id.startsWith(`plane:/${of.study}/`) : id.split('/').includes(of.run)) kept.delete(id)
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

/** The image of the change from one volume to another in a plane, as `planeChange` has it. */
export function planeDifference(before: Volume, after: Volume, { id, plane, slab }: Cut): ViewerImage {
  return keptImage(id, () =>
    toImage(id, differenceFrame(before, plane, planeChange(before, after, plane, slab)), true),
  )
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

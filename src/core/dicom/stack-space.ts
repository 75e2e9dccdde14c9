import { entry } from '../entry.ts'
import { difference3, type Placed, type Vector3 } from './geometry.ts'

/** Where a slice lies. */
export type Located = Pick<Placed, 'imagePositionPatient' | 'imageOrientationPatient' | 'pixelSpacing'>

/** How the voxels of a stack or volume lie in the patient, axis by axis. */
export interface VolumeSpace {
  /** Towards what each axis rises: three letters of L, R, A, P, S and I. */
  readonly orientation: string
  /** Distance of neighbours along each axis, mm. */
  readonly spacing: readonly [number, number, number]
}

/**
 * How a stack of slices, in their order, lies in the patient: towards what slices, rows and columns rise,
 * each by the axis of the patient that it is nearest to, and how far neighbours are apart. Undefined of
 * slices that don't say it, and of a single one.
 */
export function stackSpace(slices: readonly Located[]): VolumeSpace | undefined {
  const [first, last] = [slices[0], slices.at(-1)]
  const [from, to] = [first?.imagePositionPatient, last?.imagePositionPatient]
  const { imageOrientationPatient: orientation, pixelSpacing } = first ?? {}
  if (!from || !to || !orientation || !pixelSpacing || slices.length < 2) return undefined
  const way = difference3(to, from)
  const distance = Math.hypot(...way) / (slices.length - 1)
  if (distance === 0) return undefined
  const [alongRow, alongColumn] = orientation
  return {
    orientation: codesOf([way, alongColumn, alongRow]),
    spacing: [distance, pixelSpacing[0], pixelSpacing[1]],
  }
}

/**
 * The patient's axes (PS3.3 C.7.6.2.1.1: x to the left, y to the back, z to the head), rising and falling.
 */
const codes = ['LR', 'PA', 'SI'] as const

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/** A letter for each direction, each of another axis, so that they fit best. */
function codesOf(directions: readonly [Vector3, Vector3, Vector3]): string {
  const lengths = directions.map((direction) => Math.hypot(...direction))
  const fit = (order: (typeof orders)[number]) =>
    directions.reduce(
      (sum, direction, i) => sum + Math.abs(direction[order[i as 0 | 1 | 2]]) / entry(lengths, i),
      0,
    )
  const best = orders.reduce((found, order) => (fit(order) > fit(found) ? order : found))
  return directions
    .map((direction, i) => {
      const axis = best[i as 0 | 1 | 2]
      return codes[axis][direction[axis] < 0 ? 1 : 0]
    })
    .join('')
}

import { entry } from '../entry.ts'
import {
  along,
  difference,
  isSameOrientation,
  normalOf,
  roundMm,
  tiltText,
  type Vector3,
} from './geometry.ts'
import type { Located } from './stack-space.ts'

/** A slice of a series, and whether it has one value a pixel. */
export interface GridSlice extends Located {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: number
}

/** How the voxels of a series lie in the patient (PS3.3 C.7.6.2.1.1): columns, rows, slices. */
export interface VolumeGrid {
  /** Voxels along the three axes. */
  readonly size: readonly [columns: number, rows: number, slices: number]
  /** Position of the centre of the first voxel, mm. */
  readonly origin: Vector3
  /** The way from one voxel to the next along each axis, mm. */
  readonly steps: readonly [Vector3, Vector3, Vector3]
  /** Place in the series of each slice, by its position along the third axis. */
  readonly order: readonly number[]
}

/** Why a series has no planes but those that it was taken in. */
export interface NoGrid {
  readonly refusal: string
}

/** Slices may be this part of their distance away from where equal distances would put them. */
const mostShift = 0.1

/**
 * The grid that the slices of a series make, where they have one orientation, size and spacing and lie at
 * equal distances on a straight line along their normal; else a sentence that says what is in the way.
 */
export function volumeGrid(slices: readonly GridSlice[]): VolumeGrid | NoGrid {
  const [first] = slices
  if (first === undefined || slices.length < 2)
    return { refusal: 'A single slice has no other planes: open a series of several slices.' }
  const refusal = differing(first, slices)
  if (refusal !== undefined) return { refusal }
  return gridOf(first, slices)
}

function differing(first: GridSlice, slices: readonly GridSlice[]): string | undefined {
  if (slices.some(({ samplesPerPixel }) => samplesPerPixel !== 1))
    return 'Images in colour have no values to make planes of.'
  if (slices.some(({ rows, columns }) => rows !== first.rows || columns !== first.columns))
    return 'The slices have several sizes, so they make no volume.'
  if (slices.some((slice) => !slice.imagePositionPatient || !slice.imageOrientationPatient))
    return 'The slices do not say where they lie: Image Position or Orientation (Patient) is absent.'
  if (slices.some((slice) => !isSameOrientation(first, slice)))
    return 'The slices are turned in several ways, so they make no volume.'
  if (slices.some(({ pixelSpacing }) => !isSameSpacing(first.pixelSpacing, pixelSpacing)))
    return 'The slices have several pixel spacings, or none, so they make no volume.'
  const tilt = tiltText(slices)
  return tilt === undefined ? undefined : `No other planes: ${tilt}.`
}

function isSameSpacing(a: Located['pixelSpacing'], b: Located['pixelSpacing']): boolean {
  if (a === undefined || b === undefined) return false
  return Math.abs(a[0] - b[0]) <= 1e-3 * a[0] && Math.abs(a[1] - b[1]) <= 1e-3 * a[1]
}

function gridOf(first: GridSlice, slices: readonly GridSlice[]): VolumeGrid | NoGrid {
  const normal = normalOf(first)
  const { imageOrientationPatient: directions, pixelSpacing } = first
  if (normal === undefined || directions === undefined || pixelSpacing === undefined)
    return { refusal: 'The directions of rows and columns are no plane, so there are no others.' }
  const places = slices
    .map((slice, place) => ({ place, at: along(normal, slice), slice }))
    .sort((a, b) => difference(a.at, b.at))
  const positions = places.map(({ at }) => at)
  const [from = NaN, to = NaN] = [positions[0], positions.at(-1)]
  const distance = (to - from) / (slices.length - 1)
  const refusal = uneven(positions, distance)
  const origin = places[0]?.slice.imagePositionPatient
  if (refusal !== undefined || origin === undefined)
    return { refusal: refusal ?? 'The slices have no place.' }
  return {
    size: [first.columns, first.rows, slices.length],
    origin,
    steps: [
      scaled(directions[0], pixelSpacing[1]),
      scaled(directions[1], pixelSpacing[0]),
      scaled(normal, distance),
    ],
    order: places.map(({ place }) => place),
  }
}

/** What is wrong with positions that should be `distance` apart; undefined where nothing is. */
function uneven(positions: readonly number[], distance: number): string | undefined {
  if (!(distance > 1e-3)) return 'The slices lie at one place, so they make no volume.'
  const [from = NaN] = positions
  const isEven = positions.every((at, i) => Math.abs(at - from - i * distance) <= mostShift * distance)
  if (isEven) return undefined
  const gaps = positions.slice(1).map((at, i) => at - entry(positions, i))
  const [least, most] = [Math.min(...gaps), Math.max(...gaps)]
  return `The slices lie at unequal distances, from ${roundMm(least)} to ${roundMm(most)} mm, so they make no volume.`
}

function scaled([x, y, z]: Vector3, by: number): Vector3 {
  return [x * by, y * by, z * by]
}

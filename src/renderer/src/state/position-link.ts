import type { SeriesGeometry } from '../../../engine/server/studies/series-geometry.ts'
import { cross, dot, unit } from '../viewer/volume/vectors.ts'

/** Slices of two series by their places along one normal, in mm. */
export interface AlongNormal {
  readonly active: readonly number[]
  readonly other: readonly number[]
  /**
   * Whether both are in one system of coordinates, so that equal places are the same place in the patient.
   */
  readonly isSameFrame: boolean
}

/**
 * Normals closer than this (cosine of 18 degrees) are one direction: scans of a patient lie somewhat aslant.
 */
const sameDirection = 0.95

/** Undefined where one of the series does not say where its slices lie, or they are turned another way. */
export function alongNormal(active: SeriesGeometry, other: SeriesGeometry): AlongNormal | undefined {
  const [a, b] = [normalOf(active), normalOf(other)]
  if (a === undefined || b === undefined || Math.abs(dot(a, b)) < sameDirection) return undefined
  const places = ({ positions }: SeriesGeometry) => positions.map((at) => (at === null ? NaN : dot(at, a)))
  const { frameOfReference } = active
  return {
    active: places(active),
    other: places(other),
    isSameFrame: frameOfReference !== null && frameOfReference === other.frameOfReference,
  }
}

function normalOf({ orientation }: SeriesGeometry) {
  return orientation === null ? undefined : unit(cross(...orientation))
}

/**
 * Where a linked series goes when another one was scrolled: to the slice nearest to the same place in the
 * patient; in another system of coordinates, to the slice that keeps the distance which the two had.
 * @param offset mm, as it was found the last time
 * @returns undefined where a slice has no place
 */
export function followed(
  { active, other, isSameFrame }: AlongNormal,
  {
    from,
    to,
    slice,
    offset,
  }: {
    readonly from: number
    readonly to: number
    readonly slice: number
    readonly offset: number | undefined
  },
): { readonly slice: number; readonly offset: number } | undefined {
  const [before, after, own] = [active[from], active[to], other[slice]]
  if (before === undefined || after === undefined || own === undefined || Number.isNaN(before + after + own))
    return undefined
  // An offset holds until the other series was scrolled by itself.
  const isKept = offset !== undefined && nearest(other, before + offset) === slice
  const distance = isSameFrame ? 0 : isKept ? offset : own - before
  return { slice: nearest(other, after + distance), offset: distance }
}

function nearest(places: readonly number[], wanted: number): number {
  return places.reduce(
    (best, place, i) => (Math.abs(place - wanted) < Math.abs((places[best] ?? NaN) - wanted) ? i : best),
    0,
  )
}

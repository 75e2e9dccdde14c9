import type { DimensionValues } from './stack-dimensions.ts'

/** A point or direction in the patient's coordinate system (PS3.3 C.7.6.2.1.1), in mm. */
export type Vector3 = readonly [number, number, number]

/** What tells which images or frames make a stack; as in `InstanceHeader`. */
export interface Placed {
  readonly imagePositionPatient: Vector3 | undefined
  readonly imageOrientationPatient: readonly [Vector3, Vector3] | undefined
  readonly pixelSpacing: readonly [number, number] | undefined
  readonly rows: number
  readonly columns: number
  readonly dimensions: DimensionValues
}

type Oriented = Pick<Placed, 'imageOrientationPatient'>

/**
 * Directions closer than this (cosine of 0.8 degrees) are taken as one orientation; scanners write six
 * decimals or fewer.
 */
const sameDirection = 0.9999

/** Whether rows and columns point the same way; also where neither is told. */
export function isSameOrientation(one: Oriented, other: Oriented): boolean {
  const a = one.imageOrientationPatient
  const b = other.imageOrientationPatient
  if (a === undefined || b === undefined) return a === b
  return dot(a[0], b[0]) > sameDirection && dot(a[1], b[1]) > sameDirection
}

/** The slices' normal, of length 1 where rows and columns are at right angles; undefined for no plane. */
export function normalOf({ imageOrientationPatient }: Oriented): Vector3 | undefined {
  if (imageOrientationPatient === undefined) return undefined
  const [[a, b, c], [d, e, f]] = imageOrientationPatient
  const normal: Vector3 = [b * f - c * e, c * d - a * f, a * e - b * d]
  return dot(normal, normal) > 0.5 ? normal : undefined
}

/** The image's position along an axis, in mm; 0 where it has none. */
export function along(axis: Vector3, { imagePositionPatient }: Pick<Placed, 'imagePositionPatient'>): number {
  return imagePositionPatient === undefined ? 0 : dot(axis, imagePositionPatient)
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/** Compares numbers: in order, those that are not there last. */
export function difference(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  return b === undefined ? -1 : a - b
}

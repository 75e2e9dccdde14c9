import type { DimensionValues } from './stack-dimensions.ts'

/** A point or direction in the patient's coordinate system (PS3.3 C.7.6.2.1.1), in mm. */
export type Vector3 = readonly [number, number, number]

/** What decides which images or frames make a stack; as in `InstanceHeader`. */
export interface Placed {
  readonly imagePositionPatient: Vector3 | undefined
  readonly imageOrientationPatient: readonly [Vector3, Vector3] | undefined
  readonly pixelSpacing: readonly [number, number] | undefined
  readonly rows: number
  readonly columns: number
  readonly dimensions: DimensionValues
  /** In-Stack Position Number (0020,9057) of a frame: its place where it has no position. */
  readonly inStackPosition?: number | undefined
}

type Oriented = Pick<Placed, 'imageOrientationPatient'>
type Positioned = Pick<Placed, 'imagePositionPatient'>

/**
 * Directions closer than this (cosine of 0.8 degrees) are taken as one orientation; scanners write six
 * decimals or fewer.
 */
const sameDirection = 0.9999

/** Whether rows and columns point the same way; also where neither is given. */
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
export function along(axis: Vector3, { imagePositionPatient }: Positioned): number {
  return imagePositionPatient === undefined ? 0 : dot(axis, imagePositionPatient)
}

/**
 * Where images of one orientation lie along the normal of the first, in mm; where none has a position, by
 * In-Stack Position Number.
 */
export function placing(items: readonly Placed[]): (item: Placed) => number | undefined {
  const [first] = items
  const normal = first && normalOf(first)
  if (normal === undefined || items.every((item) => item.imagePositionPatient === undefined))
    return ({ inStackPosition }) => inStackPosition
  return (item) => item.imagePositionPatient && along(normal, item)
}

/** Slices whose positions lie further than this from their normal, in degrees, make a sheared stack. */
const straightDegrees = 0.5

/** What is wrong with slices that are shifted from one to the next; undefined of upright stacks. */
export function tiltText(slices: readonly (Oriented & Positioned)[]): string | undefined {
  const degrees = tiltOf(slices)
  if (degrees === undefined || degrees <= straightDegrees) return undefined
  return `the stack is sheared, its slices tilted by ${degrees.toFixed(1)} degrees, as with a tilted gantry`
}

/**
 * The angle in degrees between slices' normal and the way from the first to the last; undefined where they
 * have no position, no common orientation, or lie in one plane.
 */
function tiltOf(slices: readonly (Oriented & Positioned)[]): number | undefined {
  const [first, last] = [slices[0], slices.at(-1)]
  const [from, to] = [first?.imagePositionPatient, last?.imagePositionPatient]
  const normal = first && normalOf(first)
  if (!from || !to || !normal || slices.some((slice) => !isSameOrientation(first, slice))) return undefined
  const way = difference3(to, from)
  const cosine = Math.abs(dot(normal, way)) / Math.sqrt(dot(normal, normal) * dot(way, way))
  return cosine > 1e-3 ? (Math.acos(Math.min(1, cosine)) * 180) / Math.PI : undefined
}

/** a − b */
export function difference3(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
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

/** Millimetres to the hundredth, for messages. */
export function roundMm(value: number): number {
  return Math.round(value * 100) / 100
}

import type { Vector3 } from '../../../../core/dicom/geometry.ts'

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/** a + t · b */
export function plus(a: Vector3, b: Vector3, t = 1): Vector3 {
  return [a[0] + t * b[0], a[1] + t * b[1], a[2] + t * b[2]]
}

export function times(a: Vector3, t: number): Vector3 {
  return [a[0] * t, a[1] * t, a[2] * t]
}

export function lengthOf(a: Vector3): number {
  return Math.hypot(...a)
}

export function unit(a: Vector3): Vector3 {
  return times(a, 1 / lengthOf(a))
}

export function cross([a, b, c]: Vector3, [d, e, f]: Vector3): Vector3 {
  return [b * f - c * e, c * d - a * f, a * e - b * d]
}

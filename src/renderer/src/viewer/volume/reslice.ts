import type { Vector3 } from '../../../../core/dicom/geometry.ts'
import type { FrameValues } from '../frame.ts'
import type { Plane } from './planes.ts'
import { plus } from './vectors.ts'
import type { Volume } from './volume.ts'

/** What a slab of several planes shows at a pixel: the greatest value, the least, or the mean. */
export type SlabKind = 'greatest' | 'least' | 'mean'

/** Several planes taken together; a thickness of 0 is one plane. */
export interface Slab {
  readonly millimetres: number
  readonly kind: SlabKind
}

/** Values of voxels [slices, rows, columns]. */
export interface Voxels {
  readonly size: readonly [columns: number, rows: number, slices: number]
  readonly values: FrameValues
}

interface Sampling {
  readonly along: SlabKind
  /** Planes that a slab takes together, an odd number around the plane itself. */
  readonly planes: number
  /** What voxels outside count as, and labels, which have no values between them. */
  readonly outside: number
  readonly isLabel?: boolean
}

/** How many planes a slab of this thickness takes: an odd number, so that the plane is its middle. */
export function planesOf(thicknessMm: number, { throughMm }: Pick<Plane, 'throughMm'>): number {
  return 2 * Math.max(0, Math.round((thicknessMm / throughMm - 1) / 2)) + 1
}

/**
 * The pixels of a plane, or of a slab around it, [rows, columns]. Planes along the grid's axes are copied;
 * between voxels values are interpolated linearly along the three axes.
 */
export function reslice(voxels: Voxels, plane: Plane, sampling: Sampling): FrameValues {
  return isStraight(plane) ? copied(voxels, plane, sampling) : interpolated(voxels, plane, sampling)
}

/** Whether a plane's pixels are voxels: it lies along the grid. */
function isStraight({ start, right, down, through }: Plane): boolean {
  return [start, right, down, through].every((way) => way.every(Number.isInteger))
}

/** Where whole voxels are taken: distances in the array. */
function copied({ size, values }: Voxels, plane: Plane, { along, planes }: Sampling): FrameValues {
  const [columns, rows] = size
  const strides = [1, columns, columns * rows] as const
  const distance = (way: Vector3) => way[0] * strides[0] + way[1] * strides[1] + way[2] * strides[2]
  const [across, down, through] = [distance(plane.right), distance(plane.down), distance(plane.through)]
  const [from, to] = planesAround(plane, planes)
  const first = distance(plane.start)
  const result = arrayFor(values, along, to - from + 1, plane)
  let at = 0
  for (let y = 0; y < plane.rows; y++) {
    let voxel = first + y * down
    for (let x = 0; x < plane.columns; x++, voxel += across, at++)
      result[at] = from === to ? (values[voxel] ?? NaN) : ray(values, voxel, { from, to, through, along })
  }
  return result
}

/** Planes of a slab that there are, counted from its middle. */
function planesAround({ index, count }: Plane, planes: number): [from: number, to: number] {
  const half = (planes - 1) / 2
  return [-Math.min(half, index), Math.min(half, count - 1 - index)]
}

interface Ray {
  readonly from: number
  readonly to: number
  readonly through: number
  readonly along: SlabKind
}

function ray(values: FrameValues, voxel: number, { from, to, through, along }: Ray): number {
  let found = values[voxel + from * through] ?? NaN
  let sum = found
  for (let step = from + 1; step <= to; step++) {
    const value = values[voxel + step * through] ?? NaN
    if (along === 'mean') sum += value
    else if (replaces(value, found, along)) found = value
  }
  return along === 'mean' ? sum / (to - from + 1) : found
}

function replaces(value: number, found: number, along: Exclude<SlabKind, 'mean'>): boolean {
  return along === 'greatest' ? value > found : value < found
}

/** Means, and what lies between voxels, are fractions. */
function arrayFor(
  values: FrameValues,
  along: SlabKind,
  planes: number,
  { rows, columns }: Plane,
): FrameValues {
  if (along === 'mean' && planes > 1) return new Float32Array(rows * columns)
  return new (values.constructor as new (length: number) => FrameValues)(rows * columns)
}

function interpolated(voxels: Voxels, plane: Plane, sampling: Sampling): FrameValues {
  const { right, down, through, start, rows, columns } = plane
  const [from, to] = planesAround(plane, sampling.planes)
  const isLabel = sampling.isLabel === true
  const result = isLabel ? new Uint8Array(rows * columns) : new Float32Array(rows * columns)
  const valueAt = isLabel ? nearest(voxels) : linear(voxels, sampling.outside)
  const strong = sampling.along
  for (let y = 0, at = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, at++) {
      const place = (axis: 0 | 1 | 2) => start[axis] + x * right[axis] + y * down[axis]
      const [i, j, k] = [place(0), place(1), place(2)]
      let found = valueAt(i + from * through[0], j + from * through[1], k + from * through[2])
      let sum = found
      for (let step = from + 1; step <= to; step++) {
        const value = valueAt(i + step * through[0], j + step * through[1], k + step * through[2])
        sum += value
        if (strong !== 'mean' && replaces(value, found, strong)) found = value
      }
      result[at] = strong === 'mean' ? sum / (to - from + 1) : found
    }
  return result
}

type ValueAt = (i: number, j: number, k: number) => number

function nearest({ size: [columns, rows, slices], values }: Voxels): ValueAt {
  return (i, j, k) => {
    const [x, y, z] = [Math.round(i), Math.round(j), Math.round(k)]
    const isInside = x >= 0 && y >= 0 && z >= 0 && x < columns && y < rows && z < slices
    return isInside ? (values[(z * rows + y) * columns + x] ?? 0) : 0
  }
}

function linear({ size: [columns, rows, slices], values }: Voxels, outside: number): ValueAt {
  return (i, j, k) => {
    // Half a voxel beyond the centres is still the outermost voxel's.
    if (!(i >= -0.5 && j >= -0.5 && k >= -0.5)) return outside
    if (!(i <= columns - 0.5 && j <= rows - 0.5 && k <= slices - 0.5)) return outside
    const [x, y, z] = [below(i, columns), below(j, rows), below(k, slices)]
    const [dx, dy, dz] = [rest(i, x), rest(j, y), rest(k, z)]
    const at = (z * rows + y) * columns + x
    const [right, down, through] = [
      columns > 1 ? 1 : 0,
      rows > 1 ? columns : 0,
      slices > 1 ? columns * rows : 0,
    ]
    const value = (offset: number) => values[at + offset] ?? outside
    const row = (offset: number) => value(offset) * (1 - dx) + value(offset + right) * dx
    const plane = (offset: number) => row(offset) * (1 - dy) + row(offset + down) * dy
    return plane(0) * (1 - dz) + plane(through) * dz
  }
}

/** The last voxel that has a neighbour beyond it. */
function below(place: number, count: number): number {
  return Math.max(0, Math.min(Math.floor(place), count - 2))
}

function rest(place: number, from: number): number {
  return Math.max(0, Math.min(1, place - from))
}

/**
 * The change from one volume to another in a plane [rows, columns], in modality units: of a slab the mean,
 * or at each pixel the greatest change with its sign.
 */
export function planeChange(before: Volume, after: Volume, plane: Plane, slab: Slab): Float32Array {
  const half = (planesOf(slab.millimetres, plane) - 1) / 2
  const [from, to] = [-Math.min(half, plane.index), Math.min(half, plane.count - 1 - plane.index)]
  const found = new Float32Array(plane.rows * plane.columns)
  for (let step = from; step <= to; step++) {
    const change = differenceIn(before, after, { ...plane, start: plus(plane.start, plane.through, step) })
    for (let i = 0; i < found.length; i++) {
      const [value, known] = [change[i] ?? 0, found[i] ?? 0]
      if (slab.kind === 'mean') found[i] = known + value / (to - from + 1)
      else if (Math.abs(value) > Math.abs(known)) found[i] = value
    }
  }
  return found
}

function differenceIn(before: Volume, after: Volume, plane: Plane): Float32Array {
  const pixels = ({ grid, values, min }: Volume) =>
    reslice({ size: grid.size, values }, plane, { along: 'mean', planes: 1, outside: min })
  const [a, b] = [pixels(before), pixels(after)]
  const shift = after.intercept - before.intercept
  const change = new Float32Array(a.length)
  const isKnown = knownIn(before, after, plane)
  for (let i = 0; i < change.length; i++)
    if (isKnown(i)) change[i] = (b[i] ?? NaN) * after.slope - (a[i] ?? NaN) * before.slope + shift
  return change
}

/**
 * Whether a pixel of a plane lies in both volumes, between slices that have come: elsewhere nothing has
 * changed. Planes along the grid lie within it.
 */
function knownIn(before: Volume, after: Volume, plane: Plane): (pixel: number) => boolean {
  const { size } = after.grid
  const isThere = Array.from({ length: size[2] }, (_, slice) => before.has(slice) && after.has(slice))
  if (isStraight(plane) && !isThere.includes(false)) return () => true
  const { start, right, down, columns } = plane
  const at = (axis: 0 | 1 | 2, x: number, y: number) => start[axis] + x * right[axis] + y * down[axis]
  const isInside = (place: number, axis: 0 | 1 | 2) => place >= -0.5 && place <= size[axis] - 0.5
  return (pixel) => {
    const [x, y] = [pixel % columns, Math.floor(pixel / columns)]
    const z = at(2, x, y)
    const [lower, upper] = [Math.max(0, Math.floor(z)), Math.min(size[2] - 1, Math.ceil(z))]
    const isIn = isInside(at(0, x, y), 0) && isInside(at(1, x, y), 1) && isInside(z, 2)
    return isIn && isThere[lower] === true && isThere[upper] === true
  }
}

import type { Slab } from '../../state/ui-store.ts'
import type { Plane } from './planes.ts'
import { isStraight, planesOf, reslice } from './reslice.ts'
import { plus } from './vectors.ts'
import type { Volume } from './volume.ts'

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

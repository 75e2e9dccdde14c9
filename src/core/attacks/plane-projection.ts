import type { RowInterval } from './balls.ts'
import { signOf } from './kernels.ts'

/** The plane w·(z − x) = gap, seen from a point x that lies in the box. */
export interface Plane {
  readonly normal: Float32Array
  readonly gap: number
}

/**
 * The smallest step from x to the plane that stays in the box (Croce and Hein 2020, arXiv 1907.02044), in the Linf or L2
 * norm. Where the plane does not meet the box, the step goes as far towards it as the box allows.
 *
 * Every pixel moves by min(room, t·speed) towards the plane, speed being 1 (Linf) or |w| (L2). How far that gets is a concave, piecewise
 * linear function of t, so that Newton's method from 0 rises to the solution and ends.
 */
export function stepToPlane(x: Float32Array, { normal, gap }: Plane, box: RowInterval, norm: 'Linf' | 'L2'): Float32Array {
  const room = roomTowards(x, normal, gap, box)
  const reach = solveReach(normal, Math.abs(gap), room, norm)
  const sign = Math.sign(gap)
  const step = new Float32Array(normal.length)
  for (let i = 0; i < step.length; i++) {
    const weight = normal[i] ?? 0
    step[i] = sign * signOf(weight) * Math.min(room[i] ?? 0, reach * speed(weight, norm))
  }
  return step
}

function speed(weight: number, norm: 'Linf' | 'L2'): number {
  return norm === 'Linf' ? 1 : Math.abs(weight)
}

/** How far each pixel can move in the direction that brings x nearer to the plane; at least 0. */
function roomTowards(x: Float32Array, normal: Float32Array, gap: number, { lower, upper }: RowInterval): Float64Array {
  const [room, sign] = [new Float64Array(x.length), Math.sign(gap)]
  for (let i = 0; i < x.length; i++) {
    const direction = sign * (normal[i] ?? 0)
    const [above, below] = [(upper[i] ?? 0) - (x[i] ?? 0), (x[i] ?? 0) - (lower[i] ?? 0)]
    room[i] = Math.max(0, Number(direction > 0) * above + Number(direction < 0) * below)
  }
  return room
}

const mostPasses = 60

function solveReach(normal: Float32Array, gap: number, room: Float64Array, norm: 'Linf' | 'L2'): number {
  let reach = 0
  for (let pass = 0; pass < mostPasses; pass++) {
    let [covered, slope] = [0, 0]
    for (let i = 0; i < normal.length; i++) {
      const weight = Math.abs(normal[i] ?? 0)
      const pace = norm === 'Linf' ? 1 : weight
      const moved = Math.min(room[i] ?? 0, reach * pace)
      covered += weight * moved
      if ((room[i] ?? 0) > moved) slope += weight * pace
    }
    if (slope === 0 || gap - covered <= 1e-9 * gap) break
    reach += (gap - covered) / slope
  }
  return reach
}

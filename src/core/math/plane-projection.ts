import { normL1, normL2, signOf, smaller } from './kernels.ts'
import type { Box } from './perturbation.ts'

/** The plane w·(z − x) = gap, seen from a point x that lies in the box. */
export interface Plane {
  readonly normal: Float32Array
  readonly gap: number
}

/**
 * Finds the smallest step from x to the plane that stays in the box (Croce and Hein 2020, arXiv 1907.02044),
 * in the Linf or L2 norm. Where the plane does not meet the box, the step goes as far towards it as the box
 * allows.
 *
 * Every pixel moves by min(room, t·speed) towards the plane, speed being 1 (Linf) or |w| (L2). How far that
 * gets is a concave, piecewise linear function of t, so that Newton's method rises to the solution and ends;
 * it starts where t would be without a box. The next step is written over the last one.
 */
export function planeProjector(
  length: number,
  norm: 'Linf' | 'L2',
): (x: Float32Array, plane: Plane, box: Box) => Float32Array {
  const [room, step] = [new Float64Array(length), new Float32Array(length)]
  return (x, { normal, gap }, box) => {
    writeRoom(room, x, { normal, gap }, box)
    writeStep(step, normal, room, {
      sign: Math.sign(gap),
      reach: solveReach(normal, Math.abs(gap), room, norm),
      norm,
    })
    return step
  }
}

interface Reach {
  readonly sign: number
  readonly reach: number
  readonly norm: 'Linf' | 'L2'
}

function writeStep(
  step: Float32Array,
  normal: Float32Array,
  room: Float64Array,
  { sign, reach, norm }: Reach,
): void {
  for (let i = 0; i < step.length; i++) {
    const weight = normal[i]
    step[i] = sign * signOf(weight) * smaller(room[i], reach * speed(weight, norm))
  }
}

function speed(weight: number, norm: 'Linf' | 'L2'): number {
  return norm === 'Linf' ? 1 : Math.abs(weight)
}

/** How far each pixel can move in the direction that brings x nearer to the plane; at least 0. */
function writeRoom(room: Float64Array, x: Float32Array, { normal, gap }: Plane, { lower, upper }: Box): void {
  const sign = Math.sign(gap)
  for (let i = 0; i < x.length; i++) {
    const direction = sign * normal[i]
    const above = upper[i] - x[i]
    const below = x[i] - lower[i]
    room[i] = Math.max(0, Number(direction > 0) * above + Number(direction < 0) * below)
  }
}

const mostPasses = 60

function solveReach(normal: Float32Array, gap: number, room: Float64Array, norm: 'Linf' | 'L2'): number {
  const unbounded = norm === 'Linf' ? normL1(normal) : normL2(normal) ** 2
  let reach = unbounded > 0 ? gap / unbounded : 0
  for (let pass = 0; pass < mostPasses; pass++) {
    let covered = 0
    let slope = 0
    for (let i = 0; i < normal.length; i++) {
      const weight = Math.abs(normal[i])
      const pace = norm === 'Linf' ? 1 : weight
      const most = room[i]
      const goesOn = Number(most > reach * pace)
      covered += weight * (goesOn * reach * pace + (1 - goesOn) * most)
      slope += goesOn * weight * pace
    }
    if (slope === 0 || gap - covered <= 1e-9 * gap) break
    reach += (gap - covered) / slope
  }
  return reach
}

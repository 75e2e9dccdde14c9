import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { normL2 } from './kernels.ts'
import type { RowInterval } from '../attacks/balls.ts'
import { planeProjector, type Plane } from './plane-projection.ts'

const stepToPlane = (x: Float32Array, plane: Plane, box: RowInterval, norm: 'Linf' | 'L2') =>
  planeProjector(x.length, norm)(x, plane, box)

const floats = (...values: number[]) => Float32Array.from(values)
const wide = { lower: floats(-9, -9, -9), upper: floats(9, 9, 9) }
const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

test('in an open box the step is along the normal (L2), or the same for every pixel (Linf)', () => {
  const plane = { normal: floats(1, -2, 2), gap: 3 }
  const l2 = stepToPlane(floats(0, 0, 0), plane, wide, 'L2')
  expect([...l2].map((value) => Number(value.toFixed(6)))).toEqual([0.333333, -0.666667, 0.666667])
  const linf = stepToPlane(floats(0, 0, 0), plane, wide, 'Linf')
  expect([...linf].map((value) => Number(value.toFixed(6)))).toEqual([0.6, -0.6, 0.6])
})

test('pixels that reach the box leave the rest to the others', () => {
  const box = { lower: floats(-9, -9, 0), upper: floats(9, 9, 0) } // the third is frozen
  const plane = { normal: floats(1, -2, 2), gap: -3 }
  const linf = stepToPlane(floats(0, 0, 0), plane, box, 'Linf')
  expect([...linf].map((value) => value + 0)).toEqual([-1, 1, 0])
  const tight = { lower: floats(-0.5, -9, 0), upper: floats(9, 9, 0) }
  expect([...stepToPlane(floats(0, 0, 0), plane, tight, 'Linf')].map((value) => value + 0)).toEqual([
    -0.5, 1.25, 0,
  ])
})

test('a plane out of reach is approached as far as the box allows', () => {
  const box = { lower: floats(-1, -1, -1), upper: floats(1, 1, 1) }
  for (const norm of ['Linf', 'L2'] as const)
    expect(stepToPlane(floats(0, 0.5, 0), { normal: floats(1, -2, 2), gap: 100 }, box, norm)).toEqual(
      floats(1, -1.5, 1),
    )
})

test.each(['Linf', 'L2'] as const)(
  'the %s step reaches the plane and no random one that does is shorter',
  (norm) => {
    const [x, normal] = [uniformTensor([40], 1, [0, 1]).data, uniformTensor([40], 2).data]
    const box = { lower: new Float32Array(40), upper: new Float32Array(40).fill(1) }
    const step = stepToPlane(x, { normal, gap: 4 }, box, norm)
    expect(inner(normal, step)).toBeCloseTo(4, 4)
    const size = (values: Float32Array) =>
      norm === 'L2' ? normL2(values) : Math.max(...values.map(Math.abs))
    for (let seed = 0; seed < 50; seed++) {
      // Another step of the plane within the box: the found one and a random change along the plane.
      const change = uniformTensor([40], 10 + seed, [-0.05, 0.05]).data
      const along = inner(normal, change) / inner(normal, normal)
      const other = step.map((value, i) => value + change[i]! - along * normal[i]!)
      const inside = other.every((value, i) => x[i]! + value >= 0 && x[i]! + value <= 1)
      if (inside) expect(size(other)).toBeGreaterThanOrEqual(size(step) - 1e-5)
    }
  },
)

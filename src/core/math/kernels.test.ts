import { expect, test } from 'vitest'
import {
  accumulate,
  advance,
  clampTo,
  perturbationStatistics,
  toScaledSign,
  zeroWhereFrozen,
} from './kernels.ts'
import { randomSource } from '../random.ts'

const floats = (...values: number[]) => Float32Array.from(values)

test('signs are those of the numbers, and zero for both zeros', () => {
  const values = floats(3, -2, 0, -0, 1e-45, -1e-45, Infinity, -Infinity)
  toScaledSign(values, 0.5)
  expect([...values].map((value) => value + 0)).toEqual([0.5, -0.5, 0, 0, 0.5, -0.5, 0.5, -0.5])
})

test('signs of a view into a larger buffer leave the rest alone', () => {
  const whole = floats(7, -8, 9)
  toScaledSign(whole.subarray(1, 2), 1)
  expect(whole).toEqual(floats(7, -1, 9))
})

test('a step is cut off at the bounds', () => {
  const x = floats(0.5, 0.5, 0.5)
  advance(x, floats(1, -1, 0.25), floats(0, 0.25, 0), floats(0.75, 1, 1))
  expect(x).toEqual(floats(0.75, 0.25, 0.75))
})

test('a decaying sum', () => {
  const total = floats(1, 2)
  accumulate(total, 0.5, floats(10, -10), 0.1)
  expect(total).toEqual(floats(1.5, 0))
})

test('the gradient is zero where the bounds leave no room', () => {
  const gradient = floats(1, 2, 3)
  zeroWhereFrozen(gradient, floats(0, 0.5, 0), floats(1, 0.5, 1))
  expect(gradient).toEqual(floats(1, 0, 3))
})

test('mean, variance and sign agreement of a perturbation, by hand', () => {
  const signs = Int8Array.of(1, 1, -1, 0, 0)
  const statistics = perturbationStatistics(
    floats(1, 3, 2, 0, 2),
    floats(0, 2, 2, 2, 2),
    floats(0.1, -0.1, -0.1, 0.1, 0),
    signs,
  )
  // Changes 1, 1, 0, -2, 0. Of the four pixels that move now or moved before, two kept their sign.
  expect(statistics).toEqual({ mean: 0, variance: 6 / 5, signAgreement: 0.5 })
  expect([...signs]).toEqual([1, -1, -1, 1, 0])
})

test('a step ends exactly where min and max would, and so does a clamp', () => {
  const random = randomSource(7, 0)
  const draw = () =>
    Float32Array.from({ length: 2000 }, () => random.symmetric() * 10 ** Math.round(8 * random.symmetric()))
  const [x, step, ends] = [draw(), draw(), draw()]
  const [lower, upper] = [ends.map((end) => Math.min(end, 0)), ends.map((end) => Math.max(end, 0))]
  const moved = x.slice()
  advance(moved, step, lower, upper)
  expect(moved).toEqual(x.map((value, i) => Math.min(Math.max(value + step[i]!, lower[i]!), upper[i]!)))
  const clamped = x.slice()
  clampTo(clamped, 0.01)
  expect(clamped).toEqual(x.map((value) => Math.min(Math.max(value, -0.01), 0.01)))
})

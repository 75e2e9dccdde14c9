import { describe, expect, test } from 'vitest'
import { tensor } from '../tensor/tensor.ts'
import { l2Ball, linfBall, noBall } from './balls.ts'
import { distanceL2 } from '../math/kernels.ts'
import { randomSource } from '../random.ts'

const floats = (...values: number[]) => Float32Array.from(values)
const image = tensor([1, 1, 1, 3], floats(0.1, 0.5, 0.9))
const bounds = { lower: tensor(image.shape, floats(0, 0, 0)), upper: tensor(image.shape, floats(1, 1, 0.9)) }

describe('the Linf ball', () => {
  test('is a box, cut by the bounds', () => {
    const { lower, upper } = linfBall(0.25).box(image, bounds)
    expect(lower.data).toEqual(floats(0, 0.25, Math.fround(0.9) - 0.25))
    expect(upper.data).toEqual(floats(Math.fround(0.1) + 0.25, 0.75, 0.9))
  })

  test('draws in the whole of it and not beyond', () => {
    const zeros = new Float32Array(10_000)
    const x = new Float32Array(10_000)
    linfBall(0.25).randomPoint(x, zeros, randomSource(1, 0))
    expect(Math.max(...x)).toBeLessThanOrEqual(0.25)
    expect(Math.min(...x)).toBeGreaterThanOrEqual(-0.25)
    expect(Math.max(...x) - Math.min(...x)).toBeGreaterThan(0.49)
    expect(x.reduce((sum, value) => sum + value, 0) / x.length).toBeCloseTo(0, 2)
  })
})

describe('the L2 ball', () => {
  test('shrinks what lies outside towards the image, and leaves what lies inside', () => {
    const far = floats(3.1, 0.5, 4.9)
    l2Ball(1).project(far, image.data)
    expect(distanceL2(far, image.data)).toBeCloseTo(1, 6)
    expect((far[0]! - 0.1) / (far[2]! - 0.9)).toBeCloseTo(3 / 4, 5)
    const near = floats(0.2, 0.5, 0.9)
    l2Ball(1).project(near, image.data)
    expect(near).toEqual(floats(0.2, 0.5, 0.9))
  })

  test('draws with a radius whose d-th power is uniform', () => {
    const radii = Array.from({ length: 2000 }, (_, seed) => {
      const x = new Float32Array(3)
      l2Ball(2).randomPoint(x, new Float32Array(3), randomSource(seed, 0))
      return (distanceL2(x, new Float32Array(3)) / 2) ** 3
    })
    expect(Math.max(...radii)).toBeLessThanOrEqual(1 + 1e-5)
    // The mean of 2000 uniform numbers: 0.5 with a standard deviation of 0.0065.
    expect(Math.abs(radii.reduce((sum, radius) => sum + radius, 0) / radii.length - 0.5)).toBeLessThan(0.026)
  })

  test('rounds towards the image only', () => {
    const { lower, upper } = l2Ball(1).roundingBox(floats(0.3, 0.2, 0.9), image.data, {
      lower: image.data,
      upper: image.data,
    })
    expect([lower, upper]).toEqual([floats(0.1, 0.2, 0.9), floats(0.3, 0.5, 0.9)])
  })
})

test('without a budget there is no random start', () => {
  expect(() => {
    noBall().randomPoint(image.data, image.data, randomSource(1, 0))
  }).toThrow('expected a budget')
})

import { describe, expect, test } from 'vitest'
import { innerProduct, largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { gaussianTaps, smoothGaussian } from './gaussian.ts'
import { smoothAlongStack } from './stack-smoothing.ts'
import { tensor } from './tensor.ts'

describe('smoothing along a stack', () => {
  test.each([3, 5, 15])('is smoothing down the rows of the stack turned over (%i taps)', (size) => {
    const x = uniformTensor([6, 1, 3, 4], 1)
    const turned = tensor([12, 1, 6, 1], x.data.map((_, i) => x.data[(i % 6) * 12 + Math.floor(i / 6)]!)) // prettier-ignore
    const expected = smoothGaussian(turned, { size, sigma: 1.5 }).data
    const { shape, data } = smoothAlongStack(x, { size, sigma: 1.5 })
    expect(shape).toEqual(x.shape)
    expect(largestDifference(data, x.data.map((_, i) => expected[(i % 12) * 6 + Math.floor(i / 12)]!))).toBeLessThan(1e-6) // prettier-ignore
  })

  test('spreads one slice by the taps, and leaves a constant stack and one tap alone', () => {
    const one = tensor([7, 1, 1, 1], Float32Array.of(0, 0, 0, 1, 0, 0, 0))
    const [side, middle] = gaussianTaps({ size: 3, sigma: 0.8 })
    expect(largestDifference(smoothAlongStack(one, { size: 3, sigma: 0.8 }).data, [0, 0, side!, middle!, side!, 0, 0])).toBeLessThan(1e-7) // prettier-ignore
    const constant = tensor([4, 1, 2, 2], new Float32Array(16).fill(0.3))
    expect(
      largestDifference(smoothAlongStack(constant, { size: 7, sigma: 2 }).data, constant.data),
    ).toBeLessThan(1e-7)
    const x = uniformTensor([4, 1, 2, 2], 2)
    expect(smoothAlongStack(x, { size: 1, sigma: 1 }).data).toEqual(x.data)
  })

  test('does not mix pixels', () => {
    const x = uniformTensor([5, 2, 3, 3], 3)
    const only = tensor(x.shape, x.data.map((value, i) => (i % 18 === 7 ? value : 0))) // prettier-ignore
    const smoothed = smoothAlongStack(x)
    expect(innerProduct(smoothAlongStack(only), smoothed)).toBeCloseTo(
      smoothed.data.reduce((sum, value, i) => sum + (i % 18 === 7 ? value ** 2 : 0), 0),
      5,
    )
  })
})

import { describe, expect, test } from 'vitest'
import { innerProduct, largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { goldenColourImage, goldenImage, resamplingGolden } from '../../../test/support/resampling-golden.ts'
import {
  gaussianTaps,
  referenceKernelConvolution,
  smoothAlongStack,
  smoothGaussian,
  smoothGaussianInZeros,
} from './smoothing.ts'
import { concatenate, tensor } from './tensor.ts'

describe('gaussianTaps', () => {
  test('sum to 1, are symmetric and fall as exp(−i²/2σ²)', () => {
    const taps = gaussianTaps({ size: 5, sigma: 1.5 })
    expect(taps.reduce((sum, tap) => sum + tap, 0)).toBeCloseTo(1, 14)
    expect(taps[0]).toBe(taps[4])
    expect(taps[1]! / taps[2]!).toBeCloseTo(Math.exp(-1 / 4.5), 14)
  })

  test.each([{ size: 4 }, { size: 0 }, { size: 2.5 }, { sigma: 0 }, { sigma: NaN }])(
    'refuses %o',
    (options) => {
      expect(() => gaussianTaps(options)).toThrow(/^Gaussian: expected/)
    },
  )
})

describe('smoothGaussian', () => {
  test.each(resamplingGolden.smoothedFirstImage)(
    'agrees with PyTorch for $size taps, sigma $sigma',
    ({ size, sigma, values }) => {
      expect(largestDifference(smoothGaussian(goldenImage, { size, sigma }).data, values)).toBeLessThan(2e-7)
    },
  )

  test('smooths each channel and each sample by itself', () => {
    const batch = uniformTensor([2, 2, 4, 5], 1)
    const whole = smoothGaussian(batch)
    const lastPlane = smoothGaussian(tensor([1, 1, 4, 5], batch.data.slice(60)))
    expect(whole.data.slice(60)).toEqual(lastPlane.data)
  })

  test('mirrors again and again where the kernel is wider than the image', () => {
    // … 1 2 1 2 1 … : a wide kernel sees both values equally often, but for its tails.
    const smoothed = smoothGaussian(tensor([1, 1, 1, 2], Float32Array.of(1, 2)), { size: 41, sigma: 8 })
    expect(largestDifference(smoothed.data, [1.5, 1.5])).toBeLessThan(0.01)
  })

  test.each([1, 2, 9])('leaves a constant image of width %i as it is', (columns) => {
    const constant = new Float32Array(2 * columns).fill(0.3)
    expect(
      largestDifference(smoothGaussian(tensor([1, 1, 2, columns], constant), { size: 7 }).data, constant),
    ).toBeLessThan(1e-7)
  })

  test('is self-adjoint in the interior', () => {
    const inside = (seed: number) => {
      const x = uniformTensor([1, 1, 12, 12], seed)
      x.data.forEach((_, i) => {
        const [row, column] = [Math.floor(i / 12), i % 12]
        if (Math.min(row, column, 11 - row, 11 - column) < 3) x.data[i] = 0
      })
      return x
    }
    const [x, y] = [inside(3), inside(4)]
    expect(innerProduct(smoothGaussian(x), y)).toBeCloseTo(innerProduct(x, smoothGaussian(y)), 6)
  })

  test('refuses what is not an image batch', () => {
    expect(() => smoothGaussian(tensor([3, 4]))).toThrow(
      'Gaussian: expected an image batch [N, C, H, W], got [3, 4]',
    )
  })
})

test('smoothGaussianInZeros loses at the border what lies beyond it', () => {
  const taps = gaussianTaps({ size: 5, sigma: 2 })
  const ones = tensor([1, 2, 1, 6], new Float32Array(12).fill(1))
  const kept = [taps.slice(2), taps.slice(1), taps, taps, taps.slice(0, 4), taps.slice(0, 3)].map((some) =>
    some.reduce((sum, tap) => sum + tap, 0),
  )
  const expected = [...kept, ...kept].map((share) => share * taps[2]!)
  const { data } = smoothGaussianInZeros(ones, { size: 5, sigma: 2 })
  expect(largestDifference(data, expected)).toBeLessThan(1e-7)
})

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

test('the reference convolution agrees with PyTorch conv2d, dilated along the rows and zero padded', () => {
  const out = referenceKernelConvolution(goldenColourImage)
  expect(largestDifference(out.data, resamplingGolden.referenceConvolution)).toBeLessThan(2e-7)
})

test('the reference convolution keeps samples apart', () => {
  const one = referenceKernelConvolution(goldenColourImage)
  const blank = tensor(goldenColourImage.shape)
  expect(referenceKernelConvolution(concatenate([blank, goldenColourImage, blank]))).toEqual(
    concatenate([blank, one, blank]),
  )
})

test('the reference convolution refuses images that have not three channels', () => {
  expect(() => referenceKernelConvolution(tensor([1, 1, 4, 4]))).toThrow(
    'Reference kernel: expected 3 channels, got 1',
  )
})

import { describe, expect, test } from 'vitest'
import { innerProduct, largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { goldenImage, resamplingGolden } from '../../../test/support/resampling-golden.ts'
import { interpolations, type Interpolation } from './interpolation.ts'
import { createResampler } from './resample.ts'
import { tensor } from './tensor.ts'

const peers = [
  ['bilinear', 'torch-bilinear'],
  ['bilinear-antialiased', 'torch-bilinear-antialiased'],
  ['bilinear-antialiased', 'pillow-bilinear'],
  ['nearest', 'torch-nearest-exact'],
] as const satisfies readonly (readonly [Interpolation, string])[]

const [, rows, columns] = resamplingGolden.shape

describe.each(peers)('%s', (interpolation, peer) => {
  test.each(resamplingGolden.resampledFirstImage)(`agrees with ${peer} to 1e-6 at $size`, (golden) => {
    const resampled = createResampler([rows, columns], golden.size, interpolation).apply(goldenImage)
    expect(resampled.shape).toEqual([1, 1, ...golden.size])
    expect(largestDifference(resampled.data, golden[peer]!)).toBeLessThan(1e-6)
  })
})

// Where an output's centre falls on the edge of two pixels (14 to 31), Pillow's running sum of steps takes
// one or the other.
test.each(resamplingGolden.resampledFirstImage.filter(({ size }) => size[0] <= rows && size[1] <= columns))(
  'nearest agrees with pillow-nearest at $size',
  (golden) => {
    const resampled = createResampler([rows, columns], golden.size, 'nearest').apply(goldenImage)
    expect(largestDifference(resampled.data, golden['pillow-nearest']!)).toBeLessThan(1e-6)
  },
)

describe.each(interpolations)('%s', (interpolation) => {
  test.each([
    [5, 4],
    [40, 7],
    [16, 33],
    [3, 70],
  ])('has the exact transpose as its adjoint: <Ax, y> = <x, Aᵀy>, 16x21 to %ix%i', (...to) => {
    const resampler = createResampler([16, 21], to, interpolation)
    const x = uniformTensor([2, 3, 16, 21], 5)
    const y = uniformTensor([2, 3, ...to], 6)
    const forward = resampler.apply(x)
    const difference = innerProduct(forward, y) - innerProduct(x, resampler.adjoint(y))
    const size = Math.sqrt(innerProduct(forward, forward) * innerProduct(y, y))
    expect(Math.abs(difference)).toBeLessThan(1e-6 * size)
  })

  test('keeps an image of the same size bit by bit', () => {
    expect(createResampler([rows, columns], [rows, columns], interpolation).apply(goldenImage)).toEqual(
      goldenImage,
    )
  })

  test('refuses images of another size', () => {
    const resampler = createResampler([4, 4], [2, 2], interpolation)
    expect(() => resampler.apply(tensor([1, 1, 4, 5]))).toThrow('Resample: expected images of 4x4, got 4x5')
    expect(() => resampler.adjoint(tensor([1, 1, 4, 4]))).toThrow('Resample: expected images of 2x2, got 4x4')
  })
})

test('refuses an empty target', () => {
  expect(() => createResampler([4, 4], [0, 2], 'bilinear')).toThrow(
    'Resample: expected extents of at least 1 pixel',
  )
})

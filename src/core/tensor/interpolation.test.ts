import { describe, expect, test } from 'vitest'
import {
  bytesGolden,
  interpolatedImage,
  interpolationGolden,
} from '../../../test/support/interpolation-golden.ts'
import { largestDifference } from '../../../test/support/numbers.ts'
import { type AxisKernel, axisWeights, type Interpolation, interpolations, runOf } from './interpolation.ts'
import { createResampler } from './resample.ts'
import { tensor } from './tensor.ts'

const peers = [
  ['nearest-pillow', 'pillow-nearest'],
  ['nearest-floor', 'opencv-nearest'],
  ['bilinear', 'opencv-linear'],
  ['bilinear', 'tensorflow-half-pixel-centers'],
  ['bilinear-asymmetric', 'tensorflow-asymmetric'],
  ['bilinear-align-corners', 'tensorflow-align-corners'],
  ['bicubic', 'opencv-cubic'],
  ['bicubic-antialiased', 'pillow-bicubic'],
  ['area', 'opencv-area'],
  ['lanczos-antialiased', 'pillow-lanczos'],
] as const satisfies readonly (readonly [Interpolation, string])[]

describe.each(peers)('%s', (interpolation, peer) => {
  test.each(interpolationGolden.resampled)(`agrees with ${peer} to 1e-5 at $size`, (golden) => {
    const resampler = createResampler(interpolationGolden.shape, golden.size, interpolation)
    expect(largestDifference(resampler.apply(interpolatedImage).data, golden[peer]!)).toBeLessThan(1e-5)
  })
})

test.each(bytesGolden.resampledBytes)('area-pytorch agrees with PyTorch at $size', (golden) => {
  const { shape, bytes } = bytesGolden
  const x = tensor([1, 1, ...shape], Float32Array.from(bytes))
  const { data } = createResampler(shape, golden.size, 'area-pytorch').apply(x)
  expect(largestDifference(data, golden['pytorch-area']!)).toBeLessThan(1e-4)
})

test.each(interpolationGolden.nearestIndices)(
  'nearest takes the very pixels of Pillow and OpenCV, $inputs to $outputs',
  ({ inputs, outputs, ...golden }) => {
    const taken = (kernel: Interpolation) => Array.from(axisWeights(inputs, outputs, kernel).starts)
    expect(taken('nearest-pillow')).toEqual(golden['pillow-nearest'])
    expect(taken('nearest-floor')).toEqual(golden['opencv-nearest'])
  },
)

const kernels: readonly AxisKernel[] = [...interpolations, 'area-growing']
const extents = [1, 2, 3, 5, 7, 12, 14, 31, 64, 101, 224]

describe.each(kernels)('%s', (kernel) => {
  const pairs = extents.flatMap((inputs) => extents.map((outputs) => [inputs, outputs] as const))
  const suited = pairs.filter(([inputs, outputs]) => kernel !== 'area' || inputs >= outputs)
  const runsOf = ([inputs, outputs]: readonly [number, number]) =>
    Array.from({ length: outputs }, (_, output) => runOf[kernel](output, inputs, outputs))

  test('weights sum to 1, from one extent to any other', () => {
    for (const pair of suited)
      for (const { weights } of runsOf(pair))
        expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-9)
  })

  test('runs lie inside the axis, and neither starts nor ends decrease', () => {
    for (const [inputs, outputs] of suited) {
      const ends = runsOf([inputs, outputs]).map(({ start, weights }) => [start, start + weights.length])
      expect(ends.every(([start, end]) => start! >= 0 && end! <= inputs && end! > start!)).toBe(true)
      expect(ends.map(([start]) => start!)).toEqual(ends.map(([start]) => start!).sort((a, b) => a - b))
      expect(ends.map(([, end]) => end!)).toEqual(ends.map(([, end]) => end!).sort((a, b) => a - b))
    }
  })
})

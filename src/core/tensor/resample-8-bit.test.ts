import { describe, expect, test } from 'vitest'
import {
  bytesGolden,
  interpolatedBytes,
  interpolationGolden,
} from '../../../test/support/interpolation-golden.ts'
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { interpolations, type Interpolation } from './interpolation.ts'
import { create8BitResampler, type Rounding } from './resample-8-bit.ts'
import { createResampler } from './resample.ts'
import { tensor } from './tensor.ts'

/** OpenCV's bicubic weights on bytes have few bits: a level is one more or less now and then. */
const peers = [
  ['bilinear-antialiased', 'pillow-bilinear', 0],
  ['bicubic-antialiased', 'pillow-bicubic', 0],
  ['lanczos-antialiased', 'pillow-lanczos', 0],
  ['nearest-floor', 'opencv-nearest', 0],
  ['bilinear', 'opencv-linear', 0],
  ['bicubic', 'opencv-cubic', 1],
  ['area', 'opencv-area', 0],
] as const satisfies readonly (readonly [Interpolation, string, number])[]

const { shape } = interpolationGolden

describe.each(peers)('%s', (interpolation, peer, levels) => {
  test.each(interpolationGolden.resampledBytes)(
    `is ${peer} on bytes to ${levels} levels at $size`,
    (golden) => {
      const { data } = create8BitResampler(shape, golden.size, interpolation).apply(interpolatedBytes)
      const bytes = data.map((value) => value * 255)
      expect(largestDifference(bytes.map(Math.round), golden[peer]!)).toBeLessThanOrEqual(levels)
      expect(largestDifference(bytes.map(Math.round), bytes)).toBeLessThan(1e-4)
    },
  )
})

/** Peers whose own arithmetic a rounding is, on an image whose every size is another case of theirs. */
const roundingPeers = [
  ['uint8-pillow-13', 'bilinear-antialiased', 'pillow-bilinear'],
  ['uint8-pillow-13', 'bicubic-antialiased', 'pillow-bicubic'],
  ['uint8-pillow-13', 'lanczos-antialiased', 'pillow-lanczos'],
  ['uint8-pytorch', 'bilinear-antialiased', 'pytorch-bilinear-antialiased'],
  ['uint8-pytorch', 'bicubic-antialiased', 'pytorch-bicubic-antialiased'],
  ['uint8-pytorch', 'bilinear', 'pytorch-bilinear'],
  ['uint8-pytorch', 'bicubic', 'pytorch-bicubic'],
  ['uint8', 'bilinear', 'opencv-linear'],
  ['uint8', 'area', 'opencv-area'],
  ['uint8', 'nearest-floor', 'opencv-nearest'],
] as const satisfies readonly (readonly [Rounding, Interpolation, string])[]

describe.each(roundingPeers)('%s, %s', (rounding, interpolation, peer) => {
  test.each(bytesGolden.resampledBytes)(`is ${peer} to the bit at $size`, (golden) => {
    const { shape: from, bytes } = bytesGolden
    const x = tensor(
      [1, 1, ...from],
      Float32Array.from(bytes, (byte) => byte / 255),
    )
    const { data } = create8BitResampler(from, golden.size, interpolation, rounding).apply(x)
    expect([...data].map((value) => Math.round(value * 255))).toEqual(golden[peer])
  })
})

test.each(interpolations)('%s: the adjoint goes straight through the rounding', (interpolation) => {
  const cotangent = uniformTensor([2, 3, 7, 27], 8)
  expect(create8BitResampler(shape, [7, 27], interpolation).adjoint(cotangent)).toEqual(
    createResampler(shape, [7, 27], interpolation).adjoint(cotangent),
  )
})

test('an image of the same size is rounded alone, halves upwards', () => {
  const x = tensor([1, 1, 1, 3], Float32Array.of(0.5 / 255, 100.4 / 255, 1))
  expect(create8BitResampler([1, 3], [1, 3], 'bicubic').apply(x).data).toEqual(
    Float32Array.of(1 / 255, 100 / 255, 1),
  )
})

test('refuses images of another size', () => {
  const resampler = create8BitResampler([4, 4], [2, 2], 'area')
  expect(() => resampler.apply(tensor([1, 1, 4, 5]))).toThrow('Resample: expected images of 4x4, got 4x5')
})

import { expect, test } from 'vitest'
import { largestDifference } from '../../../test/support/numbers.ts'
import { goldenColourImage, resamplingGolden } from '../../../test/support/resampling-golden.ts'
import { concatenate, tensor } from './tensor.ts'
import { referenceKernelConvolution } from './reference-kernel.ts'

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

import { describe, expect, test } from 'vitest'
import { innerProduct, largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { spaceOf, stackOf, volumeGolden } from '../../../test/support/volume-golden.ts'
import type { Extents3 } from '../math/volume.ts'
import { tensor } from '../tensor/tensor.ts'
import { volumeMap } from './volume-map.ts'
import { volumeOfInput, type VolumeOfInput } from './volume.ts'

const volumeOf = (given: object): VolumeOfInput => volumeOfInput.parse({ patch: [1, 1, 1], ...given })
const mapOf = (size: Extents3, given: object, space?: Parameters<typeof spaceOf>[0]) =>
  volumeMap(size, { volume: volumeOf(given), interpolation: 'bilinear' }, space && spaceOf(space))

describe.each(volumeGolden.resampled)(
  'a stack $from.axes as $to.axes, $from.spacing to $to.spacing mm',
  (golden) => {
    const map = mapOf(golden.size, { orientation: golden.to.axes, spacing: golden.to.spacing }, golden.from)
    const volume = (values: readonly number[]) => tensor([1, ...map.size], Float32Array.from(values))

    test('is MONAI’s Orientation and Spacing', () => {
      expect(map.size).toEqual(golden.volume.size)
      const made = map.apply(stackOf(golden.size, golden.stack))
      expect(largestDifference(made.data, golden.volume.values)).toBeLessThan(1e-5)
    })

    test('has logits brought back as MONAI inverts both', () => {
      const back = map.back(volume(golden.logits))
      expect(back.shape).toEqual([golden.size[0], 1, golden.size[1], golden.size[2]])
      expect(largestDifference(back.data, golden.back)).toBeLessThan(1e-5)
    })

    test('has the gradient that PyTorch has through both', () => {
      expect(
        largestDifference(
          map.adjoint(volume(golden.target), stackOf(golden.size, golden.stack)).data,
          golden.gradient,
        ),
      ).toBeLessThan(1e-5)
    })
  },
)

test.each(volumeGolden.fitted)('a stack of $size resized to $to is PyTorch’s, along all axes', (golden) => {
  const made = mapOf(golden.size, { patch: golden.to, run: 'resized' }).apply(
    stackOf(golden.size, golden.stack),
  )
  expect(made.shape).toEqual([1, ...golden.to])
  expect(largestDifference(made.data, golden.trilinear)).toBeLessThan(1e-5)
})

const space = { axes: 'SPL', spacing: [3, 1, 1] } as const

describe.each<[string, object]>([
  ['patches, longer than it', { patch: [9, 8, 3] }],
  ['patches, with zeros around', { patch: [9, 8, 9], edge: 'zeros' }],
  [
    'another spacing, with zeros around',
    { patch: [4, 9, 20], orientation: 'RAS', spacing: [2, 1.5, 1.2], edge: 'zeros' },
  ],
  ['one size', { patch: [8, 4, 5], run: 'resized', orientation: 'ARS', spacing: [2, 1.5, 1.2] }],
])('a stack for %s', (_name, given) => {
  const map = mapOf([5, 7, 6], given, space)
  const [x, y] = [uniformTensor([5, 2, 7, 6], 1), uniformTensor([2, ...map.size], 2)]

  test('is mapped by a linear map with its exact transpose', () => {
    expect(map.apply(x).shape).toEqual(y.shape)
    expect(innerProduct(map.apply(x), y)).toBeCloseTo(innerProduct(x, map.adjoint(y, x)), 4)
  })

  test('has predictions mapped back likewise', () => {
    expect(map.back(y).shape).toEqual(x.shape)
    expect(innerProduct(map.back(y), x)).toBeCloseTo(innerProduct(y, map.backAdjoint(x)), 4)
  })
})

test('what lies beyond is the last voxel or zeros, and is not brought back', () => {
  const x = stackOf([2, 1, 1], [1, 2])
  expect([...mapOf([2, 1, 1], { patch: [4, 1, 1] }).apply(x).data]).toEqual([1, 2, 2, 2])
  const zeros = mapOf([2, 1, 1], { patch: [5, 1, 1], edge: 'zeros' })
  expect([...zeros.apply(x).data]).toEqual([0, 1, 2, 0, 0])
  expect([...zeros.back(tensor([1, 5, 1, 1], Float32Array.of(9, 1, 2, 8, 7))).data]).toEqual([1, 2])
})

test('a stack of which it isn’t known how it lies is refused where that matters', () => {
  expect(() => mapOf([2, 3, 3], { orientation: 'RAS' })).toThrow(
    'Volume: expected at least two slices with positions',
  )
  expect(mapOf([2, 3, 3], {}).size).toEqual([2, 3, 3])
})

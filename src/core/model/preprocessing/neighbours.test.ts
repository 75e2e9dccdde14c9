import { describe, expect, test } from 'vitest'
import { innerProduct, largestDifference, uniformTensor } from '../../../../test/support/numbers.ts'
import { concatenate, sampleOf, tensor } from '../../tensor/tensor.ts'
import type { ChannelPlace } from '../channel-list.ts'
import { placesOf } from '../context.ts'
import type { SlicesOfInput } from '../slices.ts'
import { neighbours, type ContextSlices } from './neighbours.ts'

/** Slices of one pixel each. */
const slices = (...values: number[]) => tensor([values.length, 1, 1, 1], Float32Array.from(values))
const windowsOf = (input: SlicesOfInput, values: readonly number[], contextSlices?: ContextSlices) => {
  const { shape, data } = neighbours(placesOf(input), contextSlices).apply(slices(...values))
  expect(shape).toEqual([values.length, input.count, 1, 1])
  return Array.from({ length: values.length }, (_, n) => [
    ...data.subarray(n * input.count, (n + 1) * input.count),
  ])
}

describe('neighbours', () => {
  test.each<[string, SlicesOfInput, number[], ContextSlices | undefined, number[][]]>([
    ['repeat the ends', { count: 3, edge: 'repeat' }, [1, 2, 3], undefined, [[1, 1, 2], [1, 2, 3], [2, 3, 3]]],
    ['mirror the ends', { count: 5, edge: 'reflect' }, [1, 2, 3], undefined, [[3, 2, 1, 2, 3], [2, 1, 2, 3, 2], [1, 2, 3, 2, 1]]],
    ['repeat a single slice', { count: 5, edge: 'repeat' }, [7], undefined, [[7, 7, 7, 7, 7]]],
    ['mirror a single slice', { count: 5, edge: 'reflect' }, [7], undefined, [[7, 7, 7, 7, 7]]],
    ['take what lies beyond', { count: 3, edge: 'repeat' }, [1, 2], { before: slices(8), after: slices(9) }, [[8, 1, 2], [1, 2, 9]]],
    ['end where there is less beyond', { count: 5, edge: 'repeat' }, [1], { before: slices(7, 8), after: slices(9) }, [[7, 8, 1, 9, 9]]],
    ['mirror at the end beyond', { count: 5, edge: 'reflect' }, [1], { before: slices(7, 8), after: slices(9) }, [[7, 8, 1, 9, 1]]],
  ])('%s', (_name, input, values, contextSlices, expected) => {
    expect(windowsOf(input, values, contextSlices)).toEqual(expected)
  }) // prettier-ignore

  const cases: [number, SlicesOfInput['edge'], number, number, number][] = [
    [3, 'repeat', 6, 0, 0],
    [5, 'repeat', 2, 0, 0],
    [5, 'reflect', 6, 0, 0],
    [7, 'reflect', 2, 0, 1],
    [5, 'repeat', 4, 2, 2],
    [3, 'reflect', 1, 1, 1],
  ]
  test.each(cases)(
    'of %i, %s, have their transpose as adjoint (%i slices, %i before, %i after)',
    (count, edge, own, before, after) => {
      const contextSlices = (slices: number, seed: number) =>
        slices === 0 ? undefined : uniformTensor([slices, 1, 3, 4], seed)
      const around = { before: contextSlices(before, 1), after: contextSlices(after, 2) }
      const step = neighbours(placesOf({ count, edge }), around)
      const x = uniformTensor([own, 1, 3, 4], 3)
      const constant = step.apply(tensor(x.shape))
      const linear = tensor(constant.shape, step.apply(x).data.map((value, i) => value - constant.data[i]!)) // prettier-ignore
      const y = uniformTensor(linear.shape, 4)
      expect(innerProduct(x, step.adjoint(y, x))).toBeCloseTo(innerProduct(linear, y), 4)
      expect(Math.abs(innerProduct(linear, y))).toBeGreaterThan(0)
    },
  )

  test('are the same block by block', () => {
    const stack = uniformTensor([7, 1, 2, 2], 5)
    const part = (from: number, to: number) =>
      concatenate(Array.from({ length: to - from }, (_, n) => sampleOf(stack, from + n)))
    const input = { count: 5, edge: 'reflect' } as const
    const parts = [
      neighbours(placesOf(input), { after: part(3, 5) }).apply(part(0, 3)),
      neighbours(placesOf(input), { before: part(1, 3), after: part(5, 7) }).apply(part(3, 5)),
      neighbours(placesOf(input), { before: part(3, 5) }).apply(part(5, 7)),
    ]
    expect(largestDifference(concatenate(parts).data, neighbours(placesOf(input)).apply(stack).data)).toBe(0)
  })

  const listed: readonly ChannelPlace[] = [
    { plane: 1, slice: 0, edge: 'repeat' },
    { plane: 0, slice: -1, edge: 'repeat' },
    { plane: 1, slice: 2, edge: 'reflect' },
  ]

  test('are taken in any order, each of its plane and by its own edge', () => {
    const x = tensor([3, 2, 1, 1], Float32Array.of(1, 10, 2, 20, 3, 30))
    const before = tensor([1, 2, 1, 1], Float32Array.of(0, 5))
    const seen = neighbours(listed, { before }).apply(x)
    expect(seen.shape).toEqual([3, 3, 1, 1])
    expect(Array.from(seen.data)).toEqual([10, 0, 30, 20, 1, 20, 30, 2, 10])
  })

  test('that are listed have their transpose as adjoint', () => {
    const step = neighbours(listed)
    const [x, y] = [uniformTensor([4, 2, 3, 5], 6), uniformTensor([4, 3, 3, 5], 7)]
    expect(innerProduct(x, step.adjoint(y, x))).toBeCloseTo(innerProduct(step.apply(x), y), 4)
    expect(Math.abs(innerProduct(step.apply(x), y))).toBeGreaterThan(0)
  })

  test('refuse images of several channels', () => {
    expect(() => neighbours(placesOf({ count: 3, edge: 'repeat' })).apply(tensor([2, 3, 1, 1]))).toThrow(
      'Slices: expected 1 channels, got 3',
    )
  })
})

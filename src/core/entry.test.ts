import { expect, test } from 'vitest'
import { entry } from './entry.ts'
import { extentOf, extents4 } from './tensor/tensor.ts'

test('an entry that there is not is a fault, no number', () => {
  expect(entry([3, 4, 5], 1)).toBe(4)
  expect(() => entry([1, 2], 2)).toThrow('internal: expected an entry 2, got a list of 2')
  expect(() => entry(Float32Array.of(1, 2), -1)).toThrow('internal:')
})

test('an extent of an axis that a shape has not is refused with the shape', () => {
  expect(extentOf([2, 3, 8, 9], -2)).toBe(8)
  expect(() => extentOf([2, 3], 2)).toThrow(expect.objectContaining({ code: 'tensor-invalid' }))
  expect(() => extentOf([2, 3], 2)).toThrow('Tensor: expected an axis 2, got shape [2, 3]')
})

test('four extents are read of shapes of rank 4 only', () => {
  expect(extents4([2, 3, 8, 9], 'Layout')).toEqual([2, 3, 8, 9])
  expect(() => extents4([2, 3, 8], 'Layout')).toThrow('Layout: expected a shape of 4 extents, got [2, 3, 8]')
  expect(() => extents4([2, 3, 8, 9, 1], 'Layout')).toThrow('Layout')
})

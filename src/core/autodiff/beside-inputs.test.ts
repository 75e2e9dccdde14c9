import { expect, test } from 'vitest'
import { tensor } from '../tensor/tensor.ts'
import { besideFeeds, inDeclaredShape, type BesideInput } from './beside-inputs.ts'

const mask: BesideInput = {
  name: 'mask',
  dataType: 'float32',
  shape: ['batch', 1, 2, 3],
  constant: undefined,
}
const fed = (input: BesideInput, values?: ReturnType<typeof tensor>) =>
  besideFeeds([input], values && { [input.name]: values }, 2)[input.name]

test('a single number fills a mask, the same for all samples or one for each', () => {
  expect(fed({ ...mask, constant: [7] })).toEqual({
    shape: [2, 1, 2, 3],
    dataType: 'float32',
    data: new Float32Array(12).fill(7),
  })
  const each = fed(mask, tensor([2, 1], Float32Array.of(3, 4)))
  expect([...(each?.data ?? [])]).toEqual([3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4])
})

test('values come in the shape that is declared; free extents are their own', () => {
  const values = tensor(
    [2, 2, 3],
    Float32Array.from({ length: 12 }, (_, i) => i),
  )
  expect(inDeclaredShape(mask, values)).toEqual({ shape: [2, 1, 2, 3], data: values.data })
  expect(inDeclaredShape({ name: 'mask', shape: ['n', 'h', 'w'] }, values).shape).toEqual([2, 2, 3])
  expect(inDeclaredShape({ name: 'mask', shape: null }, values)).toBe(values)
})

test('others are refused, with the places where they may be mended', () => {
  const wrong = tensor([2, 5])
  expect(() => fed(mask, wrong)).toThrow('[1, 2, 3] a sample, got [5]')
  expect(() => fed(mask, tensor([3, 6]))).toThrow('values of 2 samples, got 3')
  expect(() => fed({ ...mask, constant: [1, 2] })).toThrow("'mask'")
  const places = { code: 'tensor-invalid', tip: expect.stringMatching(/card.*--beside/) as string }
  expect(() => fed(mask, wrong)).toThrow(expect.objectContaining(places) as Error)
})

import { expect, test } from 'vitest'
import { innerProduct, uniformTensor } from '../../../test/support/numbers.ts'
import { shrinkAndPad } from './shrink-and-pad.ts'
import { tensor } from './tensor.ts'

test('a smaller image is put where it is wanted, zeros around it', () => {
  const { apply } = shrinkAndPad({ shape: [1, 4, 4], size: [2, 2], corner: [1, 2] })
  const flat = apply(new Float32Array(16).fill(0.5))
  expect([...flat]).toEqual([0, 0, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0, 0])
})

test('at its own size the image stays as it is', () => {
  const { data } = uniformTensor([2, 3, 5], 1)
  const { apply, adjoint } = shrinkAndPad({ shape: [2, 3, 5], size: [3, 5], corner: [0, 0] })
  expect(apply(data)).toEqual(data)
  expect(adjoint(data)).toEqual(data)
})

test('the adjoint is the transpose: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩', () => {
  const shape = [2, 9, 11] as const
  const { apply, adjoint } = shrinkAndPad({ shape, size: [7, 8], corner: [2, 1] })
  const [x, y] = [uniformTensor(shape, 1), uniformTensor(shape, 2)]
  const [left, right] = [
    innerProduct(tensor(shape, apply(x.data)), y),
    innerProduct(x, tensor(shape, adjoint(y.data))),
  ]
  expect(Math.abs(left - right)).toBeLessThan(1e-5)
})

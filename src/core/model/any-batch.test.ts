import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { RadversaryError } from '../errors.ts'
import { tensor } from '../tensor/tensor.ts'
import { anyBatch } from './any-batch.ts'
import type { DifferentiableModel } from './ports.ts'

const fault = () => Promise.reject(new RadversaryError('model-unsupported', 'no'))

/** Takes batches of `only` samples, and has no gradient. */
function forBatchesOf(only: number, sizes: number[]): DifferentiableModel {
  return {
    input: { name: 'x', shape: [null, 2] },
    output: { name: 'z', shape: [null, 2] },
    predict: (x) => {
      sizes.push(x.shape[0] ?? 0)
      return x.shape[0] === only ? Promise.resolve(x) : fault()
    },
    lossAndGradient: fault,
    dispose: () => Promise.resolve(),
  }
}

test('a graph of two samples is run on three with what lies beside each, the last one repeated', async () => {
  const seen: (readonly number[])[] = []
  const model: DifferentiableModel = {
    ...forBatchesOf(2, []),
    predict: (x, beside) => {
      if (x.shape[0] !== 2) return fault()
      seen.push([...x.data, ...beside!['age']!.data])
      return Promise.resolve(x)
    },
  }
  const [x, age] = [tensor([3, 1], Float32Array.of(1, 2, 3)), tensor([3, 1], Float32Array.of(10, 20, 30))] // prettier-ignore
  const any = anyBatch(model, { declared: 2, constant: [] })
  await any.predict(x, { age })
  seen.length = 0
  expect(await any.predict(x, { age })).toEqual(x)
  expect(seen).toEqual([[1, 2, 10, 20], [3, 3, 30, 30]]) // prettier-ignore
})

test('a fault that is not the batch’s stays what it is, and the batch is still found', async () => {
  const sizes: number[] = []
  const model = anyBatch(forBatchesOf(1, sizes), { declared: undefined, constant: [] })
  const [one, three] = [uniformTensor([1, 2], 1), uniformTensor([3, 2], 2)]
  await expect(model.lossAndGradient(one, { kind: 'dot', terms: [] })).rejects.toThrow('no')
  expect(await model.predict(three)).toEqual(three)
  sizes.length = 0
  expect(await model.predict(three)).toEqual(three)
  expect(sizes).toEqual([1, 1, 1])
})

import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { joinedBeside, type BesideImages } from './beside.ts'
import { inChunks } from './in-chunks.ts'
import type { DifferentiableModel, LossSpec } from './ports.ts'

/** Logits are the squares of x; the loss is Σ weight · z·t. */
function squares(sizes: number[]): DifferentiableModel {
  const predict = (x: Tensor) => tensor(x.shape, x.data.map((value) => value ** 2)) // prettier-ignore
  return {
    input: { name: 'x', shape: [null, 2] },
    output: { name: 'z', shape: [null, 2] },
    predict: (x) => {
      sizes.push(x.shape[0]!)
      return Promise.resolve(predict(x))
    },
    lossAndGradient: (x, { terms }: LossSpec) => {
      sizes.push(x.shape[0]!)
      const logits = predict(x)
      const slope = x.data.map((_, i) =>
        terms.reduce((sum, { target, weight }) => sum + weight * target.data[i]!, 0),
      )
      const products = logits.data.map((z, i) => z * slope[i]!)
      const loss = Float32Array.from(
        { length: x.shape[0]! },
        (_, n) => products[2 * n]! + products[2 * n + 1]!,
      )
      return Promise.resolve({ loss, logits, gradient: tensor(x.shape, x.data.map((v, i) => 2 * v * slope[i]!)) }) // prettier-ignore
    },
    dispose: () => Promise.resolve(),
  }
}

test('a model in chunks says what the model says, of no more samples at a time', async () => {
  const sizes: number[] = []
  const [whole, parted] = [squares([]), inChunks(squares(sizes), 3)]
  const x = uniformTensor([7, 2], 1)
  const terms = [2, 3].map((seed) => ({ target: uniformTensor([7, 2], seed), weight: seed }))
  expect(await parted.predict(x)).toEqual(await whole.predict(x))
  expect(await parted.lossAndGradient(x, { kind: 'dot', terms })).toEqual(
    await whole.lossAndGradient(x, { kind: 'dot', terms }),
  )
  expect(sizes).toEqual([3, 3, 1, 3, 3, 1])
})

test('each chunk has the values of its own samples beside it', async () => {
  const [x, beside] = [uniformTensor([7, 2], 1), { age: uniformTensor([7, 1], 2), mask: uniformTensor([7, 3], 3) }] // prettier-ignore
  const seen: BesideImages[] = []
  const model: DifferentiableModel = {
    ...squares([]),
    predict: (part, given) => {
      seen.push(given!)
      return Promise.resolve(part)
    },
    lossAndGradient: (part, _loss, given) => {
      seen.push(given!)
      const [n = 0] = part.shape
      return Promise.resolve({ loss: new Float32Array(n), logits: part, gradient: part })
    },
  }
  await inChunks(model, 3).predict(x, beside)
  await inChunks(model, 3).lossAndGradient(x, { kind: 'dot', terms: [] }, beside)
  for (const parts of [seen.slice(0, 3), seen.slice(3)]) {
    expect(parts.map(({ age }) => age?.shape)).toEqual([[3, 1], [3, 1], [1, 1]]) // prettier-ignore
    expect(joinedBeside(parts)).toEqual(beside)
  }
})

test('a batch that is small enough goes through as it is', async () => {
  const sizes: number[] = []
  await inChunks(squares(sizes), 3).predict(uniformTensor([3, 2], 1))
  expect(sizes).toEqual([3])
})

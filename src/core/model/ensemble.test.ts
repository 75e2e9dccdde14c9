import { describe, expect, test } from 'vitest'
import { innerProduct, uniformTensor } from '../../../test/support/numbers.ts'
import { combinations } from '../spec/presets.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { ensembleModel } from './ensemble.ts'
import type { DifferentiableModel, LossSpec } from './ports.ts'

/**
 * Σ w_k z_k, and its slope; z = W tanh(x), with W drawn from a seed. Logits that are their own have W = 1.
 */
function toy(seed: number | undefined): DifferentiableModel {
  const weights = seed === undefined ? undefined : uniformTensor([3, 3], seed, [-2, 2]).data
  const at = (k: number, i: number) => (weights === undefined ? Number(k === i) : (weights[3 * k + i] ?? NaN))
  const inner = (value: number) => (weights === undefined ? value : Math.tanh(value))
  const slope = (value: number) => (weights === undefined ? 1 : 1 - Math.tanh(value) ** 2)
  const logits = ({ data }: Tensor) =>
    tensor([1, 3], Float32Array.from([0, 1, 2], (k) => [...data].reduce((sum, v, i) => sum + at(k, i) * inner(v), 0))) // prettier-ignore
  return {
    input: { name: 'x', shape: [null, 3] },
    output: { name: 'z', shape: [null, 3] },
    predict: (x) => Promise.resolve(logits(x)),
    lossAndGradient: (x, { terms }: LossSpec) => {
      const z = logits(x)
      const g = tensor([1, 3])
      for (const { target, weight } of terms) target.data.forEach((t, k) => (g.data[k]! += t * weight))
      const gradient = tensor([1, 3], Float32Array.from(x.data, (v, i) => [0, 1, 2].reduce((sum, k) => sum + g.data[k]! * at(k, i), 0) * slope(v))) // prettier-ignore
      return Promise.resolve({ loss: Float32Array.of(innerProduct(z, g)), logits: z, gradient })
    },
    dispose: () => Promise.resolve(),
  }
}

const target = tensor([1, 3], Float32Array.of(1, -0.5, 0.25))
const loss: LossSpec = { kind: 'dot', terms: [{ target, weight: 1 }] }
const x = tensor([1, 3], Float32Array.of(0.3, -0.6, 0.9))

describe.each(combinations)('an ensemble of %s', (combination) => {
  test.each(['softmax', 'multi-label-sigmoid', undefined])(
    'with %s has the gradient of its loss',
    async (activation) => {
      // prettier-ignore
      const members = [toy(1), toy(2), toy(3)]
      const head = () => Promise.resolve(toy(undefined))
      const model = ensembleModel({ members, head, combination, activation })
      const { gradient } = await model.lossAndGradient(x, loss)
      for (let i = 0; i < 3; i++) {
        const moved = (by: number) => tensor([1, 3], x.data.map((value, j) => (i === j ? value + by : value))) // prettier-ignore
        const at = async (by: number) => (await model.lossAndGradient(moved(by), loss)).loss[0]!
        const difference = ((await at(1e-2)) - (await at(-1e-2))) / 2e-2
        expect(gradient.data[i]).toBeCloseTo(difference, 2)
      }
    },
  )
})

test('answers are the mean probabilities, or the softmax of the mean logits', async () => {
  const members = [toy(4), toy(5)]
  const head = () => Promise.resolve(toy(undefined))
  const of = async (model: DifferentiableModel) => softmax((await model.predict(x)).data)
  const [a, b] = [await of(members[0]!), await of(members[1]!)]
  const voted = await of(ensembleModel({ members, head, combination: 'probabilities', activation: 'softmax' })) // prettier-ignore
  voted.forEach((p, k) => {
    expect(p).toBeCloseTo((a[k]! + b[k]!) / 2, 5)
  })
  const [z, w] = await Promise.all(members.map((member) => member.predict(x)))
  const mean = softmax(z!.data.map((value, k) => (value + w!.data[k]!) / 2))
  const combined = await of(ensembleModel({ members, head, combination: 'logits', activation: 'softmax' }))
  combined.forEach((p, k) => {
    expect(p).toBeCloseTo(mean[k]!, 5)
  })
})

function softmax(z: Float32Array): number[] {
  const exps = [...z].map(Math.exp)
  const sum = exps.reduce((total, value) => total + value, 0)
  return exps.map((value) => value / sum)
}

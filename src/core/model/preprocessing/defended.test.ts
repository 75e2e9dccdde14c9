import { describe, expect, test } from 'vitest'
import { uniformTensor } from '../../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { defenceOfCard } from '../defence.ts'
import type { DifferentiableModel } from '../ports.ts'
import { preprocessingFor, throughPreprocessing, type PreprocessingCard } from './chain.ts'
import { defenceSteps } from './defences.ts'

const plain: PreprocessingCard = {
  input: { name: 'image', layout: 'NCHW', size: [8, 8], channels: 1, valueRange: [0, 1] },
  intensity: { kind: 'modality-range', lower: 0, upper: 1 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear',
  mean: [0],
  std: [1],
}

/** z = (first pixel, 0); the gradient is what the model was given. */
function probe(): DifferentiableModel & { readonly seen: Tensor[] } {
  const seen: Tensor[] = []
  const answer = (x: Tensor) => {
    seen.push(x)
    return tensor([1, 2], Float32Array.of(x.data[0] ?? NaN, 0))
  }
  return {
    seen,
    input: { name: 'image', shape: [null, 1, 8, 8] },
    output: { name: 'logits', shape: [null, 2] },
    predict: (x) => Promise.resolve(answer(x)),
    lossAndGradient: (x) =>
      Promise.resolve({ loss: Float32Array.of(x.data[0] ?? NaN), logits: answer(x), gradient: x }),
    dispose: () => Promise.resolve(),
  }
}

const noisy = (votes: number) => ({
  ...plain,
  output: { activation: 'softmax' },
  defence: defenceOfCard.parse([{ kind: 'noise', sigma: 0.5, votes }]),
})
const x = uniformTensor([1, 1, 8, 8], 1, [0, 1])
const loss = { kind: 'dot', terms: [] } as const

test('boxes of several draws vote by no activation', async () => {
  const model = probe()
  const card = { ...noisy(1), task: 'detection', output: { activation: 'sigmoid' } }
  const behind = throughPreprocessing(model, card, [1, 8, 8], { seen: { draws: 3, isOblivious: false } })
  const { logits } = await behind.lossAndGradient(x, loss)
  const mean = model.seen.reduce((sum, { data }) => sum + (data[0] ?? NaN), 0) / 3
  expect(logits.data[0]).toBeCloseTo(mean, 5)
})

describe('a model behind a random defence', () => {
  test('predicts the mean of its draws’ probabilities', async () => {
    const model = probe()
    const { data } = await throughPreprocessing(model, noisy(5), [1, 8, 8]).predict(x)
    expect(model.seen).toHaveLength(5)
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
    const mean = model.seen.reduce((sum, each) => sum + sigmoid(each.data[0] ?? NaN), 0) / 5
    expect(sigmoid((data[0] ?? NaN) - (data[1] ?? NaN))).toBeCloseTo(mean, 5)
  })

  test('answers the same image in the same way', async () => {
    const model = throughPreprocessing(probe(), noisy(3), [1, 8, 8])
    expect(await model.predict(x)).toEqual(await model.predict(x))
  })

  test('has the mean of its draws’ gradients, which are none of a prediction’s draws', async () => {
    const model = probe()
    const around = { seen: { draws: 4, isOblivious: false } }
    const behind = throughPreprocessing(model, noisy(4), [1, 8, 8], around)
    const { gradient } = await behind.lossAndGradient(x, loss)
    const mean = model.seen.reduce((sum, each) => sum + (each.data[3] ?? NaN), 0) / 4
    expect(gradient.data[3]).toBeCloseTo(mean, 5)
    const drawn = model.seen.map(({ data }) => data[3])
    await behind.predict(x)
    expect(model.seen.slice(4).some(({ data }) => drawn.includes(data[3]))).toBe(false)
  })

  test('is seen without it by an attack that is oblivious', async () => {
    const model = probe()
    const around = { seen: { draws: 4, isOblivious: true } }
    await throughPreprocessing(model, noisy(4), [1, 8, 8], around).lossAndGradient(x, loss)
    expect(model.seen.map(({ data }) => data)).toEqual([x.data])
  })
})

test('steps at the input come after the image was resized, steps at the image before', async () => {
  const model = probe()
  const defence = defenceOfCard.parse([
    { kind: 'jpeg', at: 'image' },
    { kind: 'bit-depth', bits: 3 },
  ])
  const image = uniformTensor([1, 1, 16, 16], 2, [0, 1])
  await throughPreprocessing(model, { ...plain, defence }, [1, 16, 16]).predict(image)
  const context = { draw: { of: 'prediction', index: 0 }, isColour: false } as const
  const [jpeg, depth] = defenceSteps(defence, context)
  const resized = preprocessingFor(plain, [1, 16, 16]).apply(jpeg!.apply(image))
  expect(model.seen[0]!.data).toEqual(depth!.apply(resized).data)
  expect(model.seen[0]!.data).not.toEqual(resized.data)
})

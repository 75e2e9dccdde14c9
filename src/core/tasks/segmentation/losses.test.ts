import { describe, expect, test } from 'vitest'
import {
  channelMeans,
  denseDivergence,
  denseHardened,
  denseLossOf,
  denseProbabilities,
  type DenseLoss,
} from './losses.ts'

// Logits [3, 2, 2] of two images and the labels of the first. The numbers below are PyTorch 1.13's in double
// precision.
const z = Float32Array.of(0.3, -1.2, 2.0, 0.1, 0.5, 0.4, -0.7, 1.5, -0.2, 0.9, 0.6, -1.1)
const other = Float32Array.of(1.0, -0.5, 0.2, 0.3, 0.1, 0.7, -1.0, 0.9, 0.4, -0.3, 0.8, -0.6)
const label = Float32Array.of(0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0)
const softmax: DenseLoss = { kind: 'cross-entropy', activation: 'softmax', channels: 3 }
const sigmoid: DenseLoss = { kind: 'binary-cross-entropy', activation: 'sigmoid', channels: 3 }

describe('the loss of a dense output agrees with PyTorch', () => {
  const soft = denseProbabilities(softmax, other)
  test.each([
    ['cross-entropy', softmax, label, 0.4845746375190856],
    ['cross-entropy with a soft target', softmax, soft, 1.1884275086037577],
    ['binary cross-entropy', sigmoid, label, 0.520397497173864],
    ['binary cross-entropy with a soft target', sigmoid, soft, 0.7550151208687548],
    ['soft Dice', { ...softmax, kind: 'dice' }, label, 0.3760517158741662],
    ['soft Dice of sigmoids', { ...sigmoid, kind: 'binary-dice' }, label, 0.44244291526605173],
    ['a mixture', { ...softmax, kind: { 'cross-entropy': 2, dice: 0.5 } }, label, 2 * 0.4845746375190856 + 0.5 * 0.3760517158741662], // prettier-ignore
  ] as const)('%s', (_name, loss, target, expected) => {
    expect(denseLossOf(loss, z, target)).toBeCloseTo(expected, 6)
  })
})

test('divergence is the mean over pixels of KL, as PyTorch has it', () => {
  const between = (loss: DenseLoss) =>
    denseDivergence(loss, denseProbabilities(loss, z), denseProbabilities(loss, other))
  expect(between(softmax)).toBeCloseTo(0.231991994738456, 6)
  expect(between(sigmoid)).toBeCloseTo(0.05648508959347905, 6)
})

test('probabilities are a softmax over each pixel’s channels, or sigmoids; their means are per channel', () => {
  expectClose(
    channelMeans(denseProbabilities(softmax, z), 3),
    [0.343070707089752, 0.39773438219780166, 0.2591949107124464],
  )
  expectClose(
    channelMeans(denseProbabilities(sigmoid, z), 3),
    [0.552923499692366, 0.592633423834946, 0.514127926485801],
  )
  expect([...denseProbabilities({ ...softmax, channels: 2 }, Float32Array.of(1e4, 0, -1e4, 0))]).toEqual([
    1, 0.5, 0, 0.5,
  ])
})

test('hard targets are one-hot at each pixel’s most likely class, the first of several, or each value rounded', () => {
  expect([...denseHardened(softmax, denseProbabilities(softmax, z))]).toEqual([...label])
  expect([...denseHardened({ ...softmax, channels: 2 }, Float32Array.of(0.5, 0.2, 0.5, 0.8))]).toEqual([
    1, 0, 0, 1,
  ])
  expect([...denseHardened(sigmoid, Float32Array.of(0.5, 0.49))]).toEqual([1, 0])
})

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length)
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? NaN, 6)
  })
}

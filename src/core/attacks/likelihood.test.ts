import { expect, test } from 'vitest'
import { divergenceFrom, divergenceOf, hardened, lossOf, probabilitiesOf } from './likelihood.ts'

const floats = (...values: number[]) => Float32Array.from(values)

test('probabilities are a softmax, or a sigmoid of each, and survive large logits', () => {
  const [a, b] = probabilitiesOf('cross-entropy', floats(1000, 1000 + Math.log(3)))
  expect(a).toBeCloseTo(0.25, 4)
  expect(b).toBeCloseTo(0.75, 4)
  expect([...probabilitiesOf('binary-cross-entropy', floats(0, -1000, 1000))]).toEqual([0.5, 0, 1])
})

test('hard targets: one-hot at the most likely class, or each label rounded', () => {
  expect(hardened('cross-entropy', floats(0.2, 0.5, 0.3))).toEqual(floats(0, 1, 0))
  expect(hardened('binary-cross-entropy', floats(0.2, 0.5, 0.8))).toEqual(floats(0, 1, 1))
})

test('J(f(x), s) exceeds the entropy of s by KL(s ‖ f(x)), for both losses', () => {
  const logits = floats(0.3, -1.2, 0.8)
  for (const loss of ['cross-entropy', 'binary-cross-entropy'] as const) {
    const p = probabilitiesOf(loss, logits)
    const s = probabilitiesOf(loss, floats(1, 0.2, -0.5))
    const entropy = lossOf(loss, floats(1, 0.2, -0.5), s)
    expect(lossOf(loss, logits, s) - entropy).toBeCloseTo(divergenceOf(loss, s, p), 5)
  }
})

test('KL(y ‖ f(x)) of a hard label is the cross-entropy, however certain f(x) is of another', () => {
  const [label, logits] = [floats(0, 1, 0), floats(90, -60, 3)]
  expect(divergenceFrom('cross-entropy', label)(logits)).toBeCloseTo(150, 9)
  expect(divergenceFrom('binary-cross-entropy', label)(logits)).toBeCloseTo((90 + 60 + 3.0485873516) / 3, 6)
  const softmax = { kind: 'dice', activation: 'softmax', channels: 3 } as const
  expect(divergenceFrom(softmax, label)(logits)).toBeCloseTo(150, 9)
  const sigmoid = { ...softmax, kind: 'binary-dice', activation: 'sigmoid' } as const
  expect(divergenceFrom(sigmoid, label)(logits)).toBeCloseTo((90 + 60 + 3.0485873516) / 3, 6)
  const anchors = { kind: 'anchor-cross-entropy', classes: 3, background: 2, threshold: 0.5 } as const
  expect(divergenceFrom(anchors, floats(1, 0, 0, 0, ...label))(floats(9, 9, 9, 9, ...logits))).toBeCloseTo(
    150,
    9,
  )
})

test('KL(y ‖ f(x)) of a soft label is none where f(x) is the label, and else its divergence', () => {
  const [z, other] = [floats(0.3, -1.2, 0.8), floats(1, 0.2, -0.5)]
  for (const loss of ['cross-entropy', 'binary-cross-entropy'] as const) {
    const label = probabilitiesOf(loss, z)
    expect(divergenceFrom(loss, label)(z)).toBeCloseTo(0, 6)
    expect(divergenceFrom(loss, label)(other)).toBeCloseTo(
      divergenceOf(loss, label, probabilitiesOf(loss, other)),
      6,
    )
  }
  expect(divergenceFrom('mse', floats(1))(floats(4))).toBe(4.5)
})

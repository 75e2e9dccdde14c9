import { expect, test } from 'vitest'
import { divergenceOf, hardened, lossOf, probabilitiesOf } from './likelihood.ts'

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

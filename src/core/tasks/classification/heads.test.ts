import { describe, expect, test } from 'vitest'
import { tensor } from '../../tensor/tensor.ts'
import { klDivergence, lossPerSample } from './losses.ts'
import { activate, logitCount, lossKindOf, predictionsOf, targetsOf } from './heads.ts'
import type { ClassificationOutput } from './output.ts'

const softmax: ClassificationOutput = {
  name: 'z',
  activation: 'softmax',
  gives: 'logits',
  classes: ['a', 'b', 'c'],
}
const binary: ClassificationOutput = {
  name: 'z',
  activation: 'binary-sigmoid',
  gives: 'logits',
  classes: ['no', 'yes'],
  threshold: 0.5,
}
const multi: ClassificationOutput = {
  name: 'z',
  activation: 'multi-label-sigmoid',
  gives: 'logits',
  classes: ['a', 'b', 'c'],
  threshold: 0.7,
}
const rows = (...samples: number[][]) =>
  tensor([samples.length, samples[0]!.length], Float32Array.from(samples.flat()))

describe('predictionsOf', () => {
  test('takes the likeliest class of a softmax head, the lowest index in a tie', () => {
    const [first, second] = predictionsOf(softmax, rows([0, Math.log(3), 0], [1, 1, 0]))
    expect(first!.classes).toEqual([1])
    expect(first!.confidence).toBeCloseTo(0.6, 6)
    expect(first!.probabilities[0]).toBeCloseTo(0.2, 6)
    expect(second!.classes).toEqual([0])
  })

  test('stays exact for huge logits', () => {
    const [prediction] = predictionsOf(softmax, rows([1e4, -1e4, 9999]))
    expect(prediction!.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
    expect(prediction!.confidence).toBeCloseTo(1 / (1 + Math.exp(-1)), 6)
    expect(predictionsOf(binary, rows([-800]))[0]).toEqual({
      kind: 'classes',
      classes: [0],
      confidence: 1,
      probabilities: [1, 0],
    })
  })

  test('decides a binary head by its threshold', () => {
    const [yes, no] = predictionsOf({ ...binary, threshold: 0.8 }, rows([Math.log(9)], [Math.log(3)]))
    expect(yes!.classes).toEqual([1])
    expect(yes!.confidence).toBeCloseTo(0.9, 6)
    expect(no!.classes).toEqual([0])
    expect(no!.confidence).toBeCloseTo(0.25, 6)
  })

  test('takes as many grades as thresholds are reached, and tells the probability of each', () => {
    const head: ClassificationOutput = { ...multi, activation: 'cumulative-sigmoid', threshold: 0.5 }
    const [falling, rising] = predictionsOf(
      head,
      rows([Math.log(9), -Math.log(4)], [-Math.log(4), Math.log(9)]),
    )
    expect(falling!.classes).toEqual([1])
    expect(falling!.confidence).toBeCloseTo(0.7, 6)
    for (const [k, p] of [0.1, 0.7, 0.2].entries()) expect(falling!.probabilities[k]).toBeCloseTo(p, 6)
    expect(rising!.classes).toEqual([1])
    for (const [k, p] of [0.8, 0, 0.2].entries()) expect(rising!.probabilities[k]).toBeCloseTo(p, 6)
    expect(lossKindOf(head)).toBe('binary-cross-entropy')
    expect(logitCount(head)).toBe(2)
    expect([...targetsOf(head, [[0], [1], [2]]).data]).toEqual([0, 0, 1, 0, 1, 1])
  })

  test('takes every label of a multi-label head that reaches the threshold; its weakest decision is its confidence', () => {
    const [some, none] = predictionsOf(multi, rows([Math.log(9), Math.log(4), -Math.log(4)], [-9, -9, -9]))
    expect(some!.classes).toEqual([0, 1])
    expect(some!.confidence).toBeCloseTo(0.8, 6)
    expect(none!.classes).toEqual([])
  })

  test('refuses another number of logits than the card says', () => {
    expect(() => predictionsOf(softmax, rows([1, 2]))).toThrow('Head: expected logits [N, 3], got [1, 2]')
  })
})

describe('activate', () => {
  test('gives the probabilities that predictions are made from', () => {
    expect(activate(softmax, rows([0, Math.log(3), 0])).data[1]).toBeCloseTo(0.6, 6)
    expect(activate(multi, rows([0, Math.log(3), -800])).data).toEqual(Float32Array.of(0.5, 0.75, 0))
    expect(activate(binary, rows([0], [800])).data).toEqual(Float32Array.of(0.5, 1))
  })
})

describe('targetsOf', () => {
  test('is one-hot, one number, or multi-hot', () => {
    expect(targetsOf(softmax, [[2], [0]])).toEqual(rows([0, 0, 1], [1, 0, 0]))
    expect(targetsOf(binary, [[1], [0]])).toEqual(rows([1], [0]))
    expect(targetsOf(multi, [[0, 2], []])).toEqual(rows([1, 0, 1], [0, 0, 0]))
  })

  test.each([
    [softmax, [3], 'expected a class index below 3, got 3'],
    [softmax, [0, 1], 'expected one class, got 2'],
    [binary, [], 'expected one class, got 0'],
    [multi, [-1], 'got -1'],
    [multi, [0.5], 'got 0.5'],
  ])('refuses labels that the head has not', (head, label, message) => {
    expect(() => targetsOf(head, [label])).toThrow(expect.objectContaining({ code: 'labels-invalid', message: expect.stringContaining(message) })) // prettier-ignore
  })
})

test('heads name their loss and their number of logits', () => {
  expect([softmax, binary, multi].map(lossKindOf)).toEqual([
    'cross-entropy',
    'binary-cross-entropy',
    'binary-cross-entropy',
  ])
  expect([softmax, binary, multi].map(logitCount)).toEqual([3, 1, 3])
})

describe('lossPerSample', () => {
  test('is −log p of the class for one-hot targets, and linear in soft ones', () => {
    const logits = rows([0, Math.log(3), 0], [0, Math.log(3), 0])
    const [hard, soft] = lossPerSample('cross-entropy', logits, rows([0, 1, 0], [0.5, 0.5, 0]))
    expect(hard).toBeCloseTo(-Math.log(0.6), 6)
    expect(soft).toBeCloseTo(-0.5 * Math.log(0.6) - 0.5 * Math.log(0.2), 6)
  })

  test('is the mean over labels for binary cross-entropy', () => {
    const [loss] = lossPerSample('binary-cross-entropy', rows([0, Math.log(3)]), rows([1, 0]))
    expect(loss).toBeCloseTo((-Math.log(0.5) - Math.log(0.25)) / 2, 6)
  })

  test('stays finite and exact for huge logits', () => {
    expect(lossPerSample('cross-entropy', rows([1e4, -1e4]), rows([0, 1]))[0]).toBe(2e4)
    expect(lossPerSample('binary-cross-entropy', rows([1e4, -1e4]), rows([0, 1]))[0]).toBe(1e4)
  })

  test('refuses targets of another shape', () => {
    expect(() => lossPerSample('cross-entropy', rows([1, 2]), rows([1, 2, 3]))).toThrow(
      'got [1, 2] and [1, 3]',
    )
  })
})

describe('klDivergence', () => {
  const [p, q] = [rows([0.5, 0.25, 0.25]), rows([0.25, 0.5, 0.25])]

  test('is Σ p (log p − log q) for softmax heads', () => {
    expect(klDivergence(softmax, p, q)[0]).toBeCloseTo(0.25 * Math.log(2), 6)
    expect(klDivergence(softmax, p, p)[0]).toBe(0)
  })

  test('averages the divergence of yes and no over labels for sigmoid heads', () => {
    const ofHalf = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75)
    expect(klDivergence(multi, rows([0.5, 0.3]), rows([0.25, 0.3]))[0]).toBeCloseTo(ofHalf / 2, 6)
  })

  test('stays finite against a hard target: a probability of 1e-12 stands for none', () => {
    expect(klDivergence(softmax, rows([0.5, 0.5]), rows([1, 0]))[0]).toBeCloseTo(
      -Math.log(2) + 0.5 * 12 * Math.log(10),
      6,
    )
    expect(klDivergence(binary, rows([1]), rows([0]))[0]).toBeCloseTo(12 * Math.log(10), 6)
  })
})

import { describe, expect, test } from 'vitest'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'
import { anyLabelFlipped, misclassified } from '../tasks/classification/criteria.ts'
import { judgeOf } from './judge.ts'
import type { Criterion } from './decision-boundary.ts'

/** What a judge looks at of a problem with one sample of clean logits. */
function judgeAfter(clean: readonly number[], criterion: Criterion, method = 'deepfool') {
  const logits = tensor([1, clean.length], Float32Array.from(clean))
  return judgeOf(configureAttack(method, {}), problemOf(logits, criterion), () => Promise.resolve(logits))
}

function problemOf(targets: Tensor, criterion: Criterion): AttackProblem {
  const images = tensor([1, 1, 1, 1])
  return {
    model: { input: targets, output: targets } as unknown as AttackProblem['model'],
    images,
    loss: 'cross-entropy',
    targets,
    targeted: false,
    bounds: { lower: images, upper: images },
    criterion,
    seeds: [0],
    earlyStop: false,
  }
}

describe('a smallest change', () => {
  test('has succeeded once its margin is a part of the logits’ spread', async () => {
    const judge = await judgeAfter([4, 0, -6], misclassified([0]))
    const at = (margin: number) => Float32Array.of(4, 4 + margin, -6)
    expect(judge.succeeds(at(0.0005), 0)).toBe(false)
    expect(judge.succeeds(at(0.0025), 0)).toBe(true)
    expect(judge.margin(at(0.0025), 0)).toBeCloseTo(0.0025, 5)
  })

  test('of a single logit needs a part of its way from the clean one', async () => {
    const judge = await judgeAfter([-5], anyLabelFlipped(tensor([1, 1])))
    expect(judge.succeeds(Float32Array.of(0.0009), 0)).toBe(false)
    expect(judge.succeeds(Float32Array.of(0.0011), 0)).toBe(true)
  })

  test('without planes still succeeds with its logits put back by a part of their way', async () => {
    const positive: Criterion = { name: 'positive', isMet: (logits) => (logits[0] ?? NaN) > 0 }
    const judge = await judgeAfter([-5], positive, 'hopskipjump')
    expect(judge.margin(Float32Array.of(1), 0)).toBeUndefined()
    expect(judge.succeeds(Float32Array.of(0.0009), 0)).toBe(false)
    expect(judge.succeeds(Float32Array.of(0.0011), 0)).toBe(true)
  })

  test('is no success where a logit is not a number', async () => {
    const judge = await judgeAfter([4, 0], misclassified([0]))
    expect(judge.succeeds(Float32Array.of(NaN, 3), 0)).toBe(false)
  })
})

test('other methods have succeeded where the criterion is met, and know no margin', async () => {
  const judge = await judgeAfter([4, 0], misclassified([0]), 'pgd')
  expect(judge.succeeds(Float32Array.of(4, 4.000001), 0)).toBe(true)
  expect(judge.requiredMargin(Float32Array.of(4, 5), 0)).toBe(0)
  expect(judge.margin(Float32Array.of(4, 5), 0)).toBeUndefined()
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import type { AttackProblem } from '../../src/core/attacks/attack.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import type { DenseLoss } from '../../src/core/tasks/segmentation/losses.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { goldenModel, segmentationGoldens } from '../support/attack-goldens.ts'
import { problemAgainst, rowsOf } from '../support/attack-problems.ts'

const pixels = 24 * 24
const { images, almaProx, sea } = segmentationGoldens()

function decided(logits: Float32Array): number[] {
  return Array.from({ length: pixels }, (_, i) => {
    const classes = Array.from({ length: 4 }, (_, k) => logits[k * pixels + i]!)
    return classes.indexOf(Math.max(...classes))
  })
}

describe('a segmentation network, against PyTorch', () => {
  let model: DifferentiableModel
  let problem: AttackProblem
  let labels: number[][]
  const rightOf = (logits: Float32Array, n: number) =>
    decided(logits).filter((label, i) => label === labels[n]![i]).length / pixels
  beforeAll(async () => {
    model = await goldenModel('segmenter')
    const logits = await model.predict(images)
    labels = rowsOf(logits).map(decided)
    const targets = tensor(logits.shape)
    for (const [n, label] of labels.entries())
      for (const [i, k] of label.entries()) targets.data[(n * 4 + k) * pixels + i] = 1
    const loss: DenseLoss = { kind: { 'cross-entropy': 1 }, activation: 'softmax', channels: 4 }
    const wrong = (z: Float32Array, n: number) => 1 - rightOf(z, n) >= almaProx.share
    problem = await problemAgainst(model, images, {
      ...{ loss, targets, seeds: labels.map((_, n) => n) },
      criterion: { name: 'so many pixels', isMet: wrong },
    })
  })
  afterAll(() => model.dispose())

  test('ALMA prox finds changes as small as adversarial-library’s', async () => {
    const settings = { steps: 200, share: almaProx.share }
    const { samples } = await attackToEnd(configureAttack('alma-prox', settings), problem)
    expect(samples.map(({ success }) => success)).toEqual(labels.map(() => true))
    const ratios = samples.map(({ distance }, n) => distance! / almaProx.norms[n]!)
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.003)
  }, 60_000)

  test('SEA leaves as few pixels right as the paper’s algorithm in PyTorch', async () => {
    const { adversarial } = await attackToEnd(
      configureAttack('sea', { epsilon: sea.epsilon, steps: sea.steps }),
      problem,
    )
    const found = rowsOf(await model.predict(adversarial)).map(rightOf)
    for (const [n, right] of found.entries())
      expect(Math.abs(right - Math.min(...sea.right[n]!))).toBeLessThan(0.02)
    const segPgd = await attackToEnd(
      configureAttack('segpgd', { epsilon: sea.epsilon, steps: sea.steps, randomStart: false }),
      problem,
    )
    const weaker = rowsOf(await model.predict(segPgd.adversarial)).map(rightOf)
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(found)).toBeLessThan(mean(weaker))
  }, 60_000)
})

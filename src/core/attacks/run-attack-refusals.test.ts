import { describe, expect, test } from 'vitest'
import { linearModel } from '../../../test/support/analytic-models.ts'
import { filled, problemAgainst, run } from '../../../test/support/attack-problems.ts'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { tensor } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'

const imageShape = [1, 5, 5]
const images = uniformTensor([4, ...imageShape], 3, [0.3, 0.7])
const weights = (seed: number) => [...uniformTensor(imageShape, seed).data]
const linear = () => linearModel(imageShape, [weights(1), weights(2), weights(4)])

describe('refusals', () => {
  const refused = async (changes: Partial<AttackProblem>) =>
    expect(run(configureAttack('fgsm'), await problemAgainst(linear(), images, changes))).rejects

  test('images outside their bounds', async () => {
    await (
      await refused({ bounds: { lower: filled(images, 0.5), upper: filled(images, 1) } })
    ).toThrow('within their bounds')
  })

  test('bounds without an end', async () => {
    const bounds = { lower: filled(images, 0), upper: filled(images, Infinity) }
    await (await refused({ bounds })).toThrow('which are finite, got')
  })

  test('shapes that do not fit', async () => {
    await (await refused({ seeds: [1] })).toThrow('Attack: expected seeds [4], got [1]')
    await (await refused({ targets: tensor([2, 3]) })).toThrow('Attack: expected targets [4, 3], got [2, 3]')
    await (
      await refused({ images: tensor([4, 25]) })
    ).toThrow('Attack: expected an image batch [N, C, H, W], got [4, 25]')
  })

  test('a loss that is no number', async () => {
    const model = {
      ...linear(),
      lossAndGradient: () =>
        Promise.resolve({
          loss: Float32Array.of(0, NaN, 0, 0),
          logits: tensor([4, 3]),
          gradient: tensor(images.shape),
        }),
    }
    const problem = await problemAgainst(linear(), images)
    await expect(run(configureAttack('fgsm'), { ...problem, model })).rejects.toThrow('another for sample 1')
  })
})

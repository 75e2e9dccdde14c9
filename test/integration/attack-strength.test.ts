import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { goldenImages, goldenModel } from '../support/attack-goldens.ts'
import { nearestCentreModel } from '../support/analytic-models.ts'
import { problemAgainst, roundsTo, towards } from '../support/attack-problems.ts'
import { uniformTensor } from '../support/numbers.ts'

let model: DifferentiableModel
beforeAll(async () => {
  model = await goldenModel()
})
afterAll(() => model.dispose())

/** The samples that still hold, after rounding to grey levels of 255. */
async function standing(method: string, settings: object, count = 16): Promise<number[]> {
  const problem = await problemAgainst(model, goldenImages(count).images, { quantize: roundsTo(255) })
  const { samples } = await attackToEnd(configureAttack(method, settings), problem)
  return samples.flatMap(({ success }, n) => (success ? [] : [n]))
}

describe('AutoAttack', () => {
  const epsilon = 10 / 255

  test('is never weaker than any of its members', async () => {
    const ensemble = await standing('autoattack', { epsilon, steps: 20, targetClasses: 4, queries: 50 })
    const members: readonly [string, object][] = [
      ['apgd-ce', { epsilon, steps: 20 }],
      ['apgd-t', { epsilon, steps: 20, targetClasses: 4 }],
      ['fab-t', { epsilon, steps: 20, targetClasses: 4 }],
      ['square', { epsilon, steps: 50 }],
    ]
    for (const [name, settings] of members) {
      const alone = await standing(name, settings)
      expect(ensemble.filter((n) => !alone.includes(n), name)).toEqual([])
    }
    expect(ensemble.length).toBeGreaterThan(0)
    expect(ensemble.length).toBeLessThan(16)
  })

  test('tells which member broke each image', async () => {
    const method = configureAttack('autoattack', { epsilon, steps: 5, targetClasses: 1, queries: 10 })
    const problem = await problemAgainst(model, goldenImages(8).images)
    const { samples } = await attackToEnd(method, problem)
    for (const { member } of samples) expect(['apgd-ce', 'apgd-t', 'fab-t', 'square']).toContain(member)
  })
})

test('PGD with restarts is never weaker than without', async () => {
  const settings = { epsilon: 8 / 255, stepSize: 2 / 255, steps: 5 }
  const once = await standing('pgd', settings)
  const often = await standing('pgd', { ...settings, restarts: 4 })
  expect(often.filter((n) => !once.includes(n))).toEqual([])
})

test.each(['apgd-ce', 'apgd-dlr', 'apgd-t', 'square', 'smia', 'pgd', 'dct-pgd'])(
  '%s: a larger budget is never weaker',
  async (method) => {
    let before = Infinity
    for (const levels of [2, 8, 16, 32]) {
      const settings = { epsilon: levels / 255, steps: method === 'square' ? 100 : 20 }
      const now = (await standing(method, settings)).length
      expect(now).toBeLessThanOrEqual(before)
      before = now
    }
    expect(before).toBeLessThan(8)
  },
)

describe('what methods say and refuse', () => {
  test('with three classes the margin takes the targeted ratio’s place, said aloud', async () => {
    const three = nearestCentreModel([1, 2, 2], 3)
    const problem = await problemAgainst(three, uniformTensor([2, 1, 2, 2], 1, [0.3, 0.7]))
    const targeted = await attackToEnd(configureAttack('apgd-t', { steps: 3 }), problem)
    expect(targeted.notices.map(({ message }) => message)).toEqual([
      expect.stringContaining('needs at least 4 classes') as string,
    ])
    expect((await attackToEnd(configureAttack('apgd-dlr', { steps: 3 }), problem)).notices).toEqual([])
  })

  test('a goal that planes do not divide is refused by methods that need them', async () => {
    const problem = await problemAgainst(model, goldenImages(2).images, {
      criterion: { name: 'odd', isMet: () => false },
    })
    for (const method of ['deepfool', 'cw', 'fab-t', 'apgd-t', 'square', 'spsa'])
      await expect(attackToEnd(configureAttack(method), problem)).rejects.toMatchObject({ code: 'usage' })
  })

  test.each<[string, object]>([
    ['apgd-ce', { epsilon: 0.3, steps: 30 }],
    ['apgd-dlr', { epsilon: 0.3, steps: 30 }],
    ['apgd-t', { epsilon: 0.3, steps: 30 }],
    ['fab-t', { steps: 30 }],
    ['deepfool', {}],
    ['cw', { steps: 30, searches: 4, learningRate: 0.05, initialConstant: 1 }],
    ['square', { epsilon: 0.3, steps: 300 }],
    ['autoattack', { epsilon: 0.3, steps: 10, queries: 20 }],
  ])('%s reaches a class that is wanted', async (method, settings) => {
    const { images, labels } = goldenImages(4)
    const wanted = labels.map((label) => (label + 1) % 5)
    const problem = await problemAgainst(model, images, towards(wanted, model))
    const { samples } = await attackToEnd(configureAttack(method, settings), problem)
    expect(samples.filter(({ success }) => success).length).toBeGreaterThanOrEqual(3)
  })
})

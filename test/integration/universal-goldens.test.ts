import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { goldenImages, goldenModel, readGolden, unpacked } from '../support/attack-goldens.ts'
import { problemAgainst } from '../support/attack-problems.ts'
import { groupOf, learned } from '../support/image-groups.ts'

let model: DifferentiableModel
beforeAll(async () => {
  model = await goldenModel()
})
afterAll(() => model.dispose())

describe('the perturbation of 16 images after twelve mini-batches is that of PyTorch', () => {
  const cases = readGolden(
    'universal.json',
    z.object({ settings: z.record(z.string(), z.number()), v: z.string() }),
  )

  test.each(Object.entries(cases))('%s', async (name, { settings, v }) => {
    const problem = await problemAgainst(model, goldenImages(16).images)
    const { v: ours } = await learned(configureAttack(name, settings), groupOf(problem))
    const theirs = unpacked(v)
    expect(
      ours.data.filter((value, i) => Math.abs(value - theirs[i]!) < 1e-5).length / theirs.length,
    ).toBeGreaterThanOrEqual(0.999)
  })
})

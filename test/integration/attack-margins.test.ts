import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { readNpy, tensorFromNpy } from '../../src/core/tensor/npy.ts'
import { sampleOf, type Tensor } from '../../src/core/tensor/tensor.ts'
import { goldenImages, goldenModel } from '../support/attack-goldens.ts'
import { problemAgainst, rowsOf, roundsTo } from '../support/attack-problems.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'

const smallest: readonly (readonly [name: string, settings: object])[] = [
  ['fab-t', { steps: 30 }],
  ['fab-t-l2', { steps: 30 }],
  ['deepfool', {}],
  ['cw', { steps: 60, searches: 4 }],
  ['hopskipjump', { steps: 4, firstEvaluations: 50 }],
  ['hopskipjump-linf', { steps: 4, firstEvaluations: 50 }],
  ['autoattack', { epsilon: 0.02, steps: 10, queries: 50 }],
]

interface Attacked {
  readonly model: DifferentiableModel
  readonly images: Tensor
}

/** Every recorded margin is what the model says of the image by itself, and every success has its share. */
async function expectMargins({ model, images }: Attacked, name: string, settings: object, levels?: number) {
  const rounding = levels === undefined ? {} : { quantize: roundsTo(levels) }
  const problem = await problemAgainst(model, images, rounding)
  const { adversarial, samples } = await attackToEnd(configureAttack(name, settings), problem)
  let seen = 0
  for (const [n, { success, margin }] of samples.entries()) {
    if (margin === undefined) continue
    const alone = (await model.predict(sampleOf(adversarial, n))).data
    const label = rowsOf(problem.targets)[n]!.indexOf(1)
    const own = Math.max(...alone.filter((_, k) => k !== label)) - alone[label]!
    const spread = Math.max(...alone) - Math.min(...alone)
    expect(Math.abs(own - margin)).toBeLessThan(1e-5 * spread)
    expect(own >= 1e-4 * spread).toBe(success)
    seen += Number(success)
  }
  return seen
}

test.each(smallest)('%s: a success is one by a margin, whatever computes it', async (name, settings) => {
  const attacked = { model: await goldenModel(), images: goldenImages(16).images }
  const [ofFloats, ofLevels] = [
    await expectMargins(attacked, name, settings),
    await expectMargins(attacked, name, settings, 255),
  ]
  if (name !== 'autoattack') expect([ofFloats, ofLevels]).toEqual([16, 16])
})

describeWithSharedData('a network whose smallest changes ended on the boundary', () => {
  test.each(smallest.slice(0, 3))('%s', async (name, settings) => {
    const file = (name: string) => readFileSync(sharedCase(`fab-t-on-the-boundary/${name}`))
    const images = tensorFromNpy(readNpy(file('x.npy'), 'x.npy'))
    const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
    const model = await createOnnxModel({ bytes: file('at.onnx'), runtime })
    expect(await expectMargins({ model, images }, name, settings)).toBe(32)
    await model.dispose()
  })
})

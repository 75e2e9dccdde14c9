import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import type { DifferentiableModel, LossSpec } from '../../src/core/model/ports.ts'
import { concatenate, type Tensor } from '../../src/core/tensor/tensor.ts'
import { readGradientCase, relativeError } from '../support/gradient-case.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const folder = (name: string): string => sharedData(`gradients/${name}/`)
const runtime = createOrtRuntime({ device: 'cpu' })

describeWithSharedData('Gradients of models exported from PyTorch', () => {
  const root = sharedData('gradients')
  const names = existsSync(root) ? readdirSync(root) : []
  const models = new Map<string, Promise<DifferentiableModel>>()
  const modelOf = (name: string): Promise<DifferentiableModel> => {
    const model =
      models.get(name) ?? createOnnxModel({ bytes: readFileSync(`${folder(name)}model.onnx`), runtime })
    models.set(name, model)
    return model
  }
  afterAll(async () => {
    for (const model of models.values()) await (await model).dispose()
  })

  test('there are fifteen of them', () => {
    expect(names).toHaveLength(15)
  })

  test.each(names)('%s: logits, loss and gradient of the loss agree with PyTorch', async (name) => {
    const golden = readGradientCase(folder(name))
    const result = await (await modelOf(name)).lossAndGradient(golden.x, golden.loss)
    expect(relativeError(result.logits, golden.logits)).toBeLessThan(1e-4)
    expect(result.loss.reduce((sum, each) => sum + each)).toBeCloseTo(golden.totalLoss, 4)
    expect(relativeError(result.gradient, golden.gradientOfLoss)).toBeLessThan(1e-4)
  })

  test.each(names)('%s: the vector-Jacobian product agrees with PyTorch', async (name) => {
    const golden = readGradientCase(folder(name))
    const loss: LossSpec = { kind: 'dot', terms: [{ target: golden.cotangent, weight: 1 }] }
    const result = await (await modelOf(name)).lossAndGradient(golden.x, loss)
    expect(relativeError(result.gradient, golden.gradientOfDot)).toBeLessThan(1e-4)
  })

  test.each(names)('%s: each sample of a larger batch has the gradient that it has alone', async (name) => {
    const golden = readGradientCase(folder(name))
    const model = await modelOf(name)
    const thrice = (batch: Tensor): Tensor => concatenate([batch, batch, batch])
    const terms = golden.loss.terms.map(({ target, weight }) => ({ target: thrice(target), weight }))
    const result = await model.lossAndGradient(thrice(golden.x), { ...golden.loss, terms })
    expect(relativeError(result.gradient, thrice(golden.gradientOfLoss))).toBeLessThan(1e-4)
    expect(relativeError(await model.predict(thrice(golden.x)), thrice(golden.logits))).toBeLessThan(1e-4)
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import type { DifferentiableModel, LossSpec } from '../../src/core/model/ports.ts'
import { concatenate, sizeOf, tensor, type Shape, type Tensor } from '../../src/core/tensor/tensor.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

/** One of the models exported from PyTorch, with its input and PyTorch's gradients. */
interface GoldenCase {
  readonly x: Tensor
  readonly logits: Tensor
  readonly cotangent: Tensor
  readonly gradientOfLoss: Tensor
  readonly gradientOfDot: Tensor
  readonly loss: LossSpec
  readonly totalLoss: number
}

interface Description {
  readonly input: Shape
  readonly logits: Shape
  readonly loss: number
  readonly definition: string
}

const folder = (name: string): string => sharedData(`gradients/${name}/`)
const runtime = createOrtRuntime({ device: 'cpu' })

function readTensor(path: string, shape: Shape): Tensor {
  const bytes = readFileSync(path)
  return tensor(shape, new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)))
}

/** Class indices [N, ...] as one-hot [N, K, ...]; targets of the logits' size as they are. */
function targetOf(path: string, logits: Shape): Tensor {
  const bytes = readFileSync(path)
  if (bytes.byteLength === 4 * sizeOf(logits)) return readTensor(path, logits)
  const [, classes = 1, ...spatial] = logits
  const labels = readTensor(path, [bytes.byteLength / 4]).data
  const target = tensor(logits)
  const pixels = sizeOf(spatial)
  labels.forEach((label, index) => {
    target.data[(Math.floor(index / pixels) * classes + label) * pixels + (index % pixels)] = 1
  })
  return target
}

function readCase(name: string): GoldenCase {
  const at = (file: string): string => folder(name) + file
  const description = JSON.parse(readFileSync(at('case.json'), 'utf8')) as Description
  const kind = description.definition.includes('binary') ? 'binary-cross-entropy' : 'cross-entropy'
  return {
    x: readTensor(at('input.f32'), description.input),
    logits: readTensor(at('logits.f32'), description.logits),
    cotangent: readTensor(at('cotangent.f32'), description.logits),
    gradientOfLoss: readTensor(at('grad_loss.f32'), description.input),
    gradientOfDot: readTensor(at('grad_vjp.f32'), description.input),
    loss: { kind, terms: [{ target: targetOf(at('target.f32'), description.logits), weight: 1 }] },
    totalLoss: description.loss,
  }
}

/** ||a − b|| / ||b|| */
function relativeError(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape)
  const difference = a.data.map((value, index) => value - (b.data[index] ?? NaN))
  return Math.hypot(...difference) / Math.hypot(...b.data)
}

describeWithSharedData('Gradients of models exported from PyTorch', () => {
  const root = sharedData('gradients')
  const names = existsSync(root) ? readdirSync(root) : []
  const models = new Map<string, Promise<DifferentiableModel>>()
  const modelOf = (name: string): Promise<DifferentiableModel> => {
    const model = models.get(name) ?? createOnnxModel({ bytes: readFileSync(`${folder(name)}model.onnx`), runtime })
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
    const golden = readCase(name)
    const result = await (await modelOf(name)).lossAndGradient(golden.x, golden.loss)
    expect(relativeError(result.logits, golden.logits)).toBeLessThan(1e-4)
    expect(result.loss.reduce((sum, each) => sum + each)).toBeCloseTo(golden.totalLoss, 4)
    expect(relativeError(result.gradient, golden.gradientOfLoss)).toBeLessThan(1e-4)
  })

  test.each(names)('%s: the vector-Jacobian product agrees with PyTorch', async (name) => {
    const golden = readCase(name)
    const loss: LossSpec = { kind: 'dot', terms: [{ target: golden.cotangent, weight: 1 }] }
    const result = await (await modelOf(name)).lossAndGradient(golden.x, loss)
    expect(relativeError(result.gradient, golden.gradientOfDot)).toBeLessThan(1e-4)
  })

  test.each(names)('%s: each sample of a larger batch has the gradient that it has alone', async (name) => {
    const golden = readCase(name)
    const model = await modelOf(name)
    const thrice = (batch: Tensor): Tensor => concatenate([batch, batch, batch])
    const terms = golden.loss.terms.map(({ target, weight }) => ({ target: thrice(target), weight }))
    const result = await model.lossAndGradient(thrice(golden.x), { ...golden.loss, terms })
    expect(relativeError(result.gradient, thrice(golden.gradientOfLoss))).toBeLessThan(1e-4)
    expect(relativeError(await model.predict(thrice(golden.x)), thrice(golden.logits))).toBeLessThan(1e-4)
  })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { readNpy, tensorFromNpy } from '../../src/core/tensor/npy.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { largestDifference } from '../support/numbers.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Of scripts/goldens/quantised.py: one network quantised in three ways, ONNX Runtime's outputs and PyTorch's gradients. */
const fixtures = fileURLToPath(new URL('../fixtures/quantised', import.meta.url))
const path = (file: string) => join(fixtures, file)
const golden = (name: string) => tensorFromNpy(readNpy(readFileSync(path(`${name}.npy`))))
const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const x = golden('x')
const labels = tensor([4, 3], Float32Array.from([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0]))
const loss = { kind: 'cross-entropy', terms: [{ target: labels, weight: 1 }] } as const
const forms = ['qdq', 'qoperator', 'dynamic'] as const

describe.each(forms)('a model quantised as %s', (form) => {
  const open = (straightThrough?: 'gradients' | 'unrounded') =>
    createOnnxModel({ bytes: readFileSync(path(`${form}.onnx`)), runtime, straightThrough })

  test('predicts what ONNX Runtime does, and has no gradient unless that is asked for', async () => {
    const model = await open()
    expect(largestDifference((await model.predict(x)).data, golden(`${form}-logits`).data)).toBeLessThan(1e-6)
    await expect(model.lossAndGradient(x, loss)).rejects.toMatchObject({
      code: 'model-unsupported',
      tip: expect.stringContaining('--straight-through') as string,
    })
    await model.dispose()
  })

  test('straight through the rounding its logits are the same, and its gradient is PyTorch’s', async () => {
    const model = await open('gradients')
    const { logits, gradient } = await model.lossAndGradient(x, loss)
    expect(largestDifference(logits.data, golden(`${form}-logits`).data)).toBeLessThan(1e-5)
    const theirs = golden(`${form}-gradient`).data
    const scale = Math.max(...theirs.map(Math.abs))
    expect(largestDifference(gradient.data, theirs) / scale).toBeLessThan(1e-4)
    expect(largestDifference(gradient.data, golden('float-gradient').data) / scale).toBeGreaterThan(1e-3)
    await model.dispose()
  })

  test('without any rounding it is nearer to the float model', async () => {
    const model = await open('unrounded')
    const floats = golden('float-logits').data
    const apart = (logits: Float32Array) => Math.hypot(...logits.map((value, i) => value - floats[i]!))
    const unrounded = (await model.predict(x)).data
    expect(apart(unrounded)).toBeLessThan(apart(golden(`${form}-logits`).data))
    await model.dispose()
  })
})

describe('a study', () => {
  const folder = temporaryFolder('quantised')
  const study = join(folder, 'study')
  const card = join(folder, 'card.json')
  const model = path('qdq.onnx')
  beforeAll(() => {
    writeSeries(study, 3)
    const fields = {
      ...{ input: { layout: 'NCHW', size: [12, 12], channels: 1 }, fit: { kind: 'stretch' } },
      ...{ interpolation: 'bilinear', mean: [0], std: [1] },
      intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
      output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b', 'c'] },
    }
    writeFileSync(card, JSON.stringify(fields))
  })

  test('gradients are refused, or go straight through where that is asked; the record says how far that is', async () => {
    const request = attackRequest({ model, card }, { study, out: join(folder, 'out') }, { method: 'pgd' })
    await expect(attackStudy(request)).rejects.toMatchObject({
      tip: expect.stringContaining('--straight-through') as string,
    })
    const { record } = await attackStudy({ ...request, straightThrough: true, threads: 2 })
    expect(record.attack.straightThrough).toBe(true)
    expect(record.images).toHaveLength(3)
    expect(record.notices.map(({ message }) => message).join()).toMatch(
      /straight through the rounding of the quantised model.* differ by up to [\d.e-]+ \([\d.]+ % of their range\) on the first 2 images/,
    )
    const verified = await commandLine(['verify', join(folder, 'out'), '--model', model, '--device', 'cpu'])
    expect(verified.code).toBe(0)
  })

  test('black boxes see the model as it is', async () => {
    const out = join(folder, 'square')
    const args = ['attack', '--study', study, '--model', model, '--card', card, '--method', 'square']
    expect((await commandLine([...args, '--straight-through', '--device', 'cpu', '--out', out])).code).toBe(0)
    const record = JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')) as { readonly attack: object }
    expect(record.attack).not.toHaveProperty('straightThrough')
  })

  test('tensor gradient goes straight through where that is asked', async () => {
    const out = join(folder, 'gradient.npy')
    const files = ['--input', path('x.npy'), '--target', path('labels.npy'), '--out', out]
    const args = [
      'tensor',
      'gradient',
      '--model',
      model,
      ...files,
      '--loss',
      'cross-entropy',
      '--device',
      'cpu',
    ]
    expect((await commandLine(args)).code).toBe(1)
    const ended = await commandLine([...args, '--straight-through'])
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining('without rounding') as string })
    const ours = tensorFromNpy(readNpy(readFileSync(out))).data
    expect(largestDifference(ours, golden('qdq-gradient').data)).toBeLessThan(1e-5)
  })

  test('tensor attack looks at one batch, and says nothing of a model that does not round', async () => {
    const attack = (file: string, ...more: string[]) => {
      const files = ['--model', path(file), '--input', path('x.npy'), '--labels', path('labels.npy')]
      const out = ['--out', join(folder, 'x.npy'), '--device', 'cpu', '--batch', '2', '--straight-through']
      return commandLine(['tensor', 'attack', '--method', 'fgsm', ...files, ...out, ...more])
    }
    const rounded = await attack('qdq.onnx')
    expect(rounded).toMatchObject({
      code: 0,
      err: expect.stringContaining('on the first 2 images') as string,
    })
    const plain = await attack('float.onnx')
    expect(plain).toMatchObject({ code: 0, err: expect.stringContaining('is not quantised') as string })
    expect(plain.err).not.toContain('rounding')
    const blackBox = await attack('qdq.onnx', '--method', 'square')
    expect(blackBox.code).toBe(0)
    expect(blackBox.err).not.toContain('rounding')
    const unknown = await attack('qdq.onnx', '--beside', 'age=3')
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('got age') as string })
  })
})

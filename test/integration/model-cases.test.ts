import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readFileSync } from 'node:fs'
import { readNpy, tensorFromNpy } from '../../src/core/tensor/npy.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { commandLine } from '../support/command-line.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder('model-cases')
const predictions = z.object({ predictions: z.array(z.object({ probabilities: z.array(z.number()) })) })
const load = (path: string) => tensorFromNpy(readNpy(readFileSync(path), path))

async function predicted(name: string, study: string[], ...more: string[]): Promise<number[][]> {
  const args = [
    'predict',
    '--study',
    ...study,
    '--model',
    sharedCase(name),
    '--device',
    'cpu',
    '--json',
    ...more,
  ]
  const { out, err, code } = await commandLine(args)
  expect(`${code} ${err}`).toMatch(/^0 /)
  return predictions.parse(JSON.parse(out)).predictions.map(({ probabilities }) => probabilities)
}

function gradientOf(name: string, loss: string) {
  const at = (file: string) => sharedCase(`models/${name}/${file}`)
  const out = join(folder, `${name}.npy`)
  const files = ['--model', at('model.onnx'), '--input', at('x.npy'), '--target', at('t.npy'), '--out', out]
  return commandLine(['tensor', 'gradient', ...files, '--loss', loss, '--device', 'cpu'])
}

describeWithSharedData('models of a field trial', () => {
  const right = [0.9953, 0.0047, 0]

  test.each([
    'softmax-then-reshape/control_softmax',
    'softmax-then-reshape/softmax_reshape',
    'softmax-then-reshape/softmax_squeeze',
    'softmax-then-reshape/exp_sum_div',
    'output-nk11/nk11',
    'quantised/qdq',
  ])('%s is predicted as ONNX Runtime has it', async (name) => {
    const [found = []] = await predicted(`${name}.onnx`, [sharedCase(`${name.split('/')[0]}/img.dcm`)])
    found.forEach((p, k) => {
      expect(Math.abs(p - right[k]!)).toBeLessThan(name.startsWith('quantised') ? 0.01 : 1e-4)
    })
  })

  test('a card that claims logits for probabilities is refused, by its field', async () => {
    const [model, study] = ['wrong_claim_logits.onnx', 'img.dcm'].map((file) => sharedCase(`softmax-then-reshape/${file}`)) // prettier-ignore
    const { code, err } = await commandLine([
      'predict',
      '--study',
      study!,
      '--model',
      model!,
      '--device',
      'cpu',
    ])
    expect(code).toBe(1)
    expect(err).toContain('output.gives: "logits", but the model\'s is an output that ends in Softmax: "probabilities"') // prettier-ignore
  })

  test('a graph for batches of one, or of four, predicts as many images as there are', async () => {
    const [model, card] = ['model.onnx', 'model.card.json'].map(
      (file) => `models/default_export_predict/${file}`,
    )
    const study = ['001.dcm', '002.dcm'].map((file) => sharedCase(`models/default_export_predict/${file}`))
    const both = await predicted(model!, study, '--card', sharedCase(card!))
    const alone = await Promise.all(
      study.map((file) => predicted(model!, [file], '--card', sharedCase(card!))),
    )
    expect(both).toEqual(alone.flat())
    const sample = [1, 2, 3, 4, 5, 6].map((n) => `resources/sample/study/0${n}.dcm`)
    const six = await predicted('fixed-reshape/b_reshape4.onnx', sample)
    const each = await Promise.all(sample.map((file) => predicted('fixed-reshape/b_reshape4.onnx', [file])))
    // The series is in the order of its slices, which is not that of its files.
    expect(six.map(String).sort()).toEqual(each.map(String).sort())
  })

  test('an output [N, K, 1, 1] is attacked as one of classes', async () => {
    const out = join(folder, 'nk11')
    const { code, err } = await commandLine(['attack', '--study', sharedCase('output-nk11/img.dcm'), '--model', sharedCase('output-nk11/nk11.onnx'), '--device', 'cpu', '--method', 'fgsm', '--epsilon', '8/255', '--out', out]) // prettier-ignore
    expect(`${code} ${err}`).toMatch(/^0 /)
    expect(existsSync(join(out, 'record.json'))).toBe(true)
  })

  test.each([
    ['baked_softmax_dot', 'dot', "taken of the file's outputs (of Softmax), as they are"],
    ['baked_sigmoid_mse', 'mse', "taken of the file's outputs (of Sigmoid), as they are"],
    ['uint8_input', 'dot', "taken of the file's outputs, as they are"],
  ])("the gradient of %s (%s) is PyTorch's, and says what the loss is taken of", async (name, loss, said) => {
    const { code, err } = await gradientOf(name, loss)
    expect(`${code} ${err}`).toMatch(/^0 /)
    expect(err).toContain(said)
    const [ours, theirs] = [load(join(folder, `${name}.npy`)), load(sharedCase(`models/${name}/g.npy`))]
    const distance = Math.hypot(...ours.data.map((value, i) => value - theirs.data[i]!))
    expect(ours.shape).toEqual(theirs.shape)
    expect(distance / Math.hypot(...theirs.data)).toBeLessThan(1e-4)
  })

  test('a cross-entropy says that it is taken of the logits', async () => {
    const { code, err } = await gradientOf('baked_softmax_dot', 'cross-entropy')
    expect([code, err]).toEqual([0, expect.stringContaining('taken of the logits, before the graph\'s final Softmax')]) // prettier-ignore
  })

  test.each([
    ['argmax_output', "expected a differentiable path from the input to 'y', got int64 values of ArgMax"],
    ['two_inputs', "expected values of its inputs beside the image, got none for one of 'meta'"],
    ['int8_qdq', 'Quantised model: expected one in float32'],
    ['ort_optimised', 'optimised for ONNX Runtime'],
  ])('%s is refused by name', async (name, words) => {
    const { code, err } = await gradientOf(name, 'cross-entropy')
    expect([code, err]).toEqual([1, expect.stringContaining(words)])
  })

  test.each([
    ['two_inputs', "got others that its output needs: 'meta'"],
    ['argmax_output', "got 'y' (int64 of ArgMax)"],
    ['int8_qdq', 'Quantised model'],
    ['ort_optimised', 'optimised for ONNX Runtime'],
    ['uint8_input', 'uint8'],
    ['two_inputs', '"meta":{"kind":"table"'],
    ['float64_model', 'float64'],
    ['default_export_predict', 'batches of 1'],
  ])('model show tells of %s what will fail, and ends well', async (name, words) => {
    const { code, out } = await commandLine(['model', 'show', sharedCase(`models/${name}/model.onnx`)])
    expect([code, out]).toEqual([0, expect.stringContaining(words)])
  })

  test('a quantised model is refused for gradients before the study is read, and runs without', async () => {
    const empty = join(folder, 'no-study')
    mkdirSync(empty)
    const args = [
      '--model',
      sharedCase('quantised/qdq.onnx'),
      '--device',
      'cpu',
      '--out',
      join(folder, 'qdq'),
    ]
    const refused = await commandLine([
      'attack',
      '--study',
      empty,
      '--method',
      'fgsm',
      '--epsilon',
      '8/255',
      ...args,
    ])
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/Quantised model: .*black-box methods/s)
    const study = sharedCase('quantised/img.dcm')
    const { code, err } = await commandLine([
      'attack',
      '--study',
      study,
      '--method',
      'noise',
      '--epsilon',
      '8/255',
      ...args,
    ])
    expect(`${code} ${err}`).toMatch(/^0 /)
  })
})

test('an operator of a foreign domain is named by `model show`, and by `attack` before the study is read', async () => {
  const graph = new GraphBuilder({ domains: { 'my.layers': 1 } })
  const [y = ''] = graph.nodeWithOutputs('my.layers:Sharpen', [graph.input('x', ['N', 1, 8, 8])], 1)
  graph.output(graph.node('Flatten', [y]), ['N', 64])
  const model = join(folder, 'foreign.onnx')
  writeFileSync(model, encodeModel(graph.build()))
  const words = "my.layers.Sharpen: expected an operator that ONNX Runtime has, got one of the domain 'my.layers' (node 'Sharpen_0')" // prettier-ignore
  const shown = await commandLine(['model', 'show', model])
  expect([shown.code, shown.out]).toEqual([0, expect.stringContaining(`can't be used: ${words}`)])
  const study = join(folder, 'none')
  mkdirSync(study)
  const attack = ['attack', '--study', study, '--model', model, '--method', 'fgsm', '--epsilon', '8/255']
  const { code, err } = await commandLine([...attack, '--device', 'cpu', '--out', join(folder, 'foreign')])
  expect([code, err]).toEqual([1, expect.stringContaining(words)])
  expect(err).toContain("Export the model with ONNX's own operators")
})

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readNpy, tensorFromNpy, writeNpy } from '../../src/core/tensor/npy.ts'
import { commandLine } from '../support/command-line.ts'
import { innerProduct, largestDifference, uniformTensor } from '../support/numbers.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { layers, saved, sequential, withWeights, type SavedModel } from '../support/tfjs-models.ts'
import { TfjsGraph } from '../support/tfjs-graphs.ts'

const base = temporaryFolder('tfjs-models')
const study = join(base, 'study')
const card = {
  name: 'tiny-tfjs',
  input: { layout: 'NHWC', size: [12, 12], channels: 1 },
  intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-antialiased',
  mean: [0.4],
  std: [0.5],
  output: { classes: ['normal', 'benign', 'malignant'] },
}

/** model.json, its shard and a card in a folder of their own; gives the path of model.json. */
function written(name: string, { json, shard }: SavedModel): string {
  const folder = join(base, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.json'), json)
  writeFileSync(join(folder, 'weights.bin'), shard)
  writeFileSync(join(folder, 'model.card.json'), JSON.stringify(card))
  return join(folder, 'model.json')
}

/** Classifier whose weights are so large that a few grey levels change its prediction. */
function classifier() {
  const convolution = layers.conv2d({
    inputShape: [12, 12, 1],
    filters: 4,
    kernelSize: 3,
    activation: 'relu',
  })
  return withWeights(
    sequential({
      layers: [convolution, layers.flatten(), layers.dense({ units: 3, activation: 'softmax' })],
    }),
  )
}

async function run(args: readonly string[]): Promise<{ result: never; err: string }> {
  const { code, out, err } = await commandLine([...args, '--json'])
  expect(err).not.toMatch(/error/)
  expect(code).toBe(0)
  return { result: JSON.parse(out) as never, err }
}

const attack = (model: string, out: string, more: readonly string[] = []) => [
  ...['attack', '--study', study, '--model', model, '--device', 'cpu', '--threads', '1'],
  ...['--epsilon', '24/255', '--step', '8/255', '--steps', '5', '--out', out, ...more],
]

interface Attacked {
  readonly record: {
    readonly device: { readonly name: string }
    readonly summary: { readonly fooled: { readonly successes: number; readonly count: number } }
    readonly images: readonly {
      readonly frames: readonly { readonly after: { readonly probabilities: readonly number[] } }[]
    }[]
  }
}

describe('a TensorFlow.js model through the command line', () => {
  let model: string
  let converted: Attacked
  beforeAll(async () => {
    writeSeries(study, 4)
    model = written('classifier', await saved(classifier()))
    converted = (await run(attack(model, join(base, 'converted')))).result
  })

  test('is converted, attacked, exported and verified', async () => {
    expect(converted.record.device.name).toBe('cpu')
    expect(converted.record.summary.fooled.count).toBe(4)
    expect(converted.record.summary.fooled.successes).toBeGreaterThan(0)
    const { code, out } = await commandLine([
      'verify',
      join(base, 'converted'),
      '--model',
      model,
      '--device',
      'cpu',
    ])
    expect(out).toMatch(/^Sound: .* the model predicts what is recorded/)
    expect(code).toBe(0)
  })

  test('run by TensorFlow.js comes to the same, and says so', async () => {
    const out = join(base, 'by-tensorflow')
    const { result, err } = await run(attack(model, out, ['--runtime', 'tfjs']))
    const { record } = result as Attacked
    expect(err).toContain('run by TensorFlow.js on wasm, as asked')
    expect(err).toContain('tfjs-node-gpu is not installed')
    expect(record.device.name).toBe('tfjs-wasm')
    expect(record.summary.fooled).toEqual(converted.record.summary.fooled)
    const probabilities = (all: Attacked['record']) =>
      all.images.flatMap(({ frames }) => frames.flatMap(({ after }) => after.probabilities))
    expect(largestDifference(probabilities(record), probabilities(converted.record))).toBeLessThan(1e-3)
  })

  test('is added as what it is, and attacked by name with the conversion that was kept', async () => {
    const home = join(base, 'home')
    const before = process.env['RADVERSARY_HOME']
    process.env['RADVERSARY_HOME'] = home
    try {
      await run(['model', 'add', join(base, 'classifier')])
      const files = ['model.json', 'weights.bin', 'model.converted.onnx', 'card.json'].map((name) =>
        join(home, 'models/tiny-tfjs', name),
      )
      expect(files.map((file) => readFileSync(file).length > 0)).toEqual([true, true, true, true])
      const { result, err } = await run(attack('tiny-tfjs', join(base, 'by-name')))
      expect(err).toContain('converted to ONNX when it was added')
      expect((result as Attacked).record.summary).toEqual(converted.record.summary)
    } finally {
      if (before === undefined) delete process.env['RADVERSARY_HOME']
      else process.env['RADVERSARY_HOME'] = before
    }
  })

  test('that can’t be converted is run by TensorFlow.js, and says why', async () => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, 12, 12, 1])
    const turned = graph.node('Atan2', [image, graph.floats([1], [1, 2])])
    const flat = graph.node('Reshape', [turned, graph.ints([-1, 144])])
    const scores = graph.node('MatMul', [flat, graph.floats([144, 3])], {
      transpose_a: { b: false },
      transpose_b: { b: false },
    })
    const path = written('turned', graph.saved(image, graph.node('Softmax', [scores])))
    const { err } = await run(['predict', '--study', study, '--model', path, '--device', 'cpu'])
    expect(err).toContain("not converted: TensorFlow.js Atan2: this operation can't be converted to ONNX")
  })
})

describe('what is wrong with a TensorFlow.js model is told with the file', () => {
  const shown = async (path: string, more: readonly string[] = []) => {
    const { code, err } = await commandLine(['model', 'show', path, ...more])
    expect(code).not.toBe(0)
    return err
  }

  test('a missing shard', async () => {
    const path = written('no-shard', await saved(classifier()))
    writeFileSync(path, readFileSync(path, 'utf8').replace('weights.bin', 'group1-shard1of1.bin'))
    expect(await shown(path)).toMatch(
      /expected the shard group1-shard1of1.bin, got none[^]*no-shard[^]*Copy all/,
    )
  })

  test('a truncated shard', async () => {
    const { json, shard } = await saved(classifier())
    expect(await shown(written('short', { json, shard: shard.subarray(0, 100) }))).toMatch(
      /bytes of weights in weights.bin, got 100/,
    )
  })

  test('control flow', async () => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, 4, 4, 1])
    const path = written('loop', graph.saved(image, graph.node('While', [image], {}, 'loop_1')))
    expect(await shown(path)).toMatch(/expected a graph without control flow, got While 'loop_1'/)
  })

  test('an input of another rank than the card’s', async () => {
    const vector = withWeights(
      sequential({ layers: [layers.dense({ inputShape: [6], units: 3, activation: 'softmax' })] }),
    )
    const { code, out } = await commandLine(['model', 'show', written('vector', await saved(vector))])
    expect([code, out]).toEqual([0, expect.stringContaining("can't be used: Model: expected an image")])
  })

  test('a file that is no model', async () => {
    const path = join(base, 'other.json')
    writeFileSync(path, '{"classes": []}')
    expect(await shown(path)).toMatch(/expected a TensorFlow.js model.json/)
  })
})

describeWithSharedData('brain segmentation in three dimensions', () => {
  test.each(['brainchop-model5', 'brainchop-model11'])(
    '%s predicts and is differentiated at 32x32x32',
    async (name) => {
      const model = sharedData(`tfjs/${name}`)
      const x = uniformTensor([1, 32, 32, 32, 1], 3, [0, 1])
      const path = (file: string) => join(base, `${name}-${file}.npy`)
      writeFileSync(path('x'), writeNpy({ dataType: 'float32', shape: x.shape, data: x.data }))
      const target = uniformTensor([1, 3, 32, 32, 32], 5, [0, 1])
      writeFileSync(path('t'), writeNpy({ dataType: 'float32', shape: target.shape, data: target.data }))
      const tensors = ['--input', path('x'), '--target', path('t'), '--loss', 'dot', '--out', path('g')]
      await run(['tensor', 'gradient', '--model', model, '--device', 'cpu', ...tensors])
      const gradient = tensorFromNpy(readNpy(readFileSync(path('g')), path('g')))
      expect(gradient.shape).toEqual([1, 32, 32, 32, 1])
      expect(innerProduct(gradient, gradient)).toBeGreaterThan(0)
    },
  )
})

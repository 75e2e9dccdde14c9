import { describe, expect, test } from 'vitest'
import { createOnnxModel } from '../../core/autodiff/onnx-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { LossKind, LossSpec } from '../../core/model/ports.ts'
import { encodeModel } from '../../core/onnx/codec.ts'
import { tensor, type Tensor } from '../../core/tensor/tensor.ts'
import { fusedGraph, TfjsGraph } from '../../../test/support/tfjs-graphs.ts'
import { uniformTensor } from '../../../test/support/numbers.ts'
import {
  filesOf,
  layers,
  mobileNet,
  saved,
  sequential,
  unet,
  withWeights,
} from '../../../test/support/tfjs-models.ts'
import { createOrtRuntime } from '../ort/runtime.ts'
import { convertModel } from './convert-model.ts'
import type { TfjsFiles } from './load-model.ts'
import { tf } from './tensorflow.ts'
import { createTfjsModel } from './tfjs-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const largest = Math.max(1e-12, ...Array.from(b, Math.abs))
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN)))) / largest
}

/** One-hot over axis 1, another class at every place. */
function someTarget(shape: readonly number[]): Tensor {
  const [count = 0, classes = 1, ...rest] = shape
  const pixels = rest.reduce((product, extent) => product * extent, 1)
  const target = tensor(shape)
  for (let n = 0; n < count; n++)
    for (let pixel = 0; pixel < pixels; pixel++)
      target.data[(n * classes + ((n + pixel) % classes)) * pixels + pixel] = 1
  return target
}

async function expectSameAsOnnx(
  files: TfjsFiles,
  inputShape: readonly number[],
  kinds: readonly LossKind[],
  backend: 'cpu' | 'wasm',
) {
  const theirs = await createTfjsModel({ files, backend })
  const ours = await createOnnxModel({ bytes: encodeModel(await convertModel(files)), runtime })
  const x = uniformTensor([2, ...inputShape], 3)
  const logits = await theirs.predict(x)
  expect(relativeDifference(logits.data, (await ours.predict(x)).data)).toBeLessThan(1e-4)
  for (const kind of kinds) {
    const target = someTarget(logits.shape)
    const terms = [
      { target, weight: 1 },
      { target: uniformTensor(logits.shape, 9, [0, 1]), weight: -0.5 },
    ]
    const loss: LossSpec = { kind, terms: ['margin', 'dlr'].includes(kind) ? terms.slice(0, 1) : terms }
    const [a, b] = [await theirs.lossAndGradient(x, loss), await ours.lossAndGradient(x, loss)]
    expect(relativeDifference(a.loss, b.loss)).toBeLessThan(1e-4)
    expect(relativeDifference(a.logits.data, b.logits.data)).toBeLessThan(1e-4)
    expect(relativeDifference(a.gradient.data, b.gradient.data)).toBeLessThan(1e-4)
  }
  await theirs.dispose()
  await ours.dispose()
}

const everyLoss: readonly LossKind[] = [
  'cross-entropy',
  'binary-cross-entropy',
  'mse',
  'huber',
  'margin',
  'dice',
  'dot',
]
/** Losses that only classifiers have. */
const ratios: readonly LossKind[] = ['dlr', 'targeted-dlr']

describe('TensorFlow.js computes what the converted model computes', () => {
  test('a classifier, with every loss', async () => {
    await expectSameAsOnnx(
      filesOf(await saved(mobileNet())),
      [16, 16, 3],
      [...everyLoss.filter((kind) => kind !== 'dice'), ...ratios],
      'cpu',
    )
  })

  test('a segmentation network, with every loss', async () => {
    await expectSameAsOnnx(filesOf(await saved(unet())), [16, 16, 1], everyLoss, 'cpu')
  })

  test('a graph, before its softmax', async () => {
    await expectSameAsOnnx(filesOf(fusedGraph()), [16, 16, 3], ['cross-entropy'], 'cpu')
  })

  test('on WebAssembly too', async () => {
    await expectSameAsOnnx(filesOf(await saved(mobileNet())), [16, 16, 3], ['cross-entropy'], 'wasm')
  })
})

test('probabilities that come out of anything else become their logarithm', async () => {
  const model = withWeights(
    sequential({
      layers: [
        layers.dense({ inputShape: [6], units: 3, activation: 'softmax' }),
        layers.reshape({ targetShape: [3] }),
      ],
    }),
  )
  const theirs = await createTfjsModel({
    files: filesOf(await saved(model)),
    backend: 'cpu',
    activation: 'softmax',
  })
  const x = uniformTensor([2, 6], 3)
  const logits = await theirs.predict(x)
  const sums = [0, 1].map((n) =>
    logits.data.subarray(3 * n, 3 * n + 3).reduce((sum, z) => sum + Math.exp(z), 0),
  )
  expect(sums).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)])
})

test('nothing is left behind after 100 gradients', async () => {
  const model = await createTfjsModel({ files: filesOf(await saved(mobileNet())), backend: 'cpu' })
  const x = uniformTensor([1, 16, 16, 3], 3)
  const loss: LossSpec = { kind: 'cross-entropy', terms: [{ target: someTarget([1, 4]), weight: 1 }] }
  await model.lossAndGradient(x, loss)
  const before = tf.memory().numTensors
  for (let step = 0; step < 100; step++) await model.lossAndGradient(x, loss)
  expect(tf.memory().numTensors).toBe(before)
  await model.dispose()
  expect(tf.memory().numTensors).toBeLessThan(before)
})

test('an operation without a gradient is named', async () => {
  const graph = new TfjsGraph()
  const image = graph.input('image', [-1, 4])
  const gathered = graph.saved(image, graph.node('GatherNd', [image, graph.ints([0, 1], [1, 2])]))
  const model = await createTfjsModel({ files: filesOf(gathered), backend: 'cpu' })
  const target = tensor([1])
  const gradient = model.lossAndGradient(uniformTensor([1, 4], 3), {
    kind: 'dot',
    terms: [{ target, weight: 1 }],
  })
  await expect(gradient).rejects.toMatchObject({
    code: 'model-unsupported',
    message: 'TensorFlow.js GatherNd: expected an operation with a gradient, got one without',
  })
})

test('a backend that is not installed says so', async () => {
  const opening = createTfjsModel({ files: filesOf(fusedGraph()), backend: 'tensorflow' })
  await expect(opening).rejects.toThrow(RadversaryError)
  await expect(opening).rejects.toThrow(/tfjs-node is not installed/)
})

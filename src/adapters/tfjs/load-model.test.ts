import { describe, expect, test } from 'vitest'
import { layerModel, type LayerWeights } from '../../../test/support/keras-json.ts'
import { expectConverted, expectSame } from '../../../test/support/tfjs-comparison.ts'
import {
  chained,
  filesOf,
  functional,
  input,
  layers,
  merged,
  withWeights,
  type Layer,
} from '../../../test/support/tfjs-models.ts'
import { loadModel, supplyLayers } from './load-model.ts'
import { tf } from './tensorflow.ts'

const volume = [4, 3, 2, 4]
const image = [4, 3, 6]
const channels = (count: number): LayerWeights => ({ gamma: { shape: [count] }, beta: { shape: [count] } })
const statistics: LayerWeights = { mean: { shape: [6] }, variance: { shape: [6] }, count: { shape: [] } }

interface Case {
  readonly className: string
  readonly inputShape: readonly number[]
  readonly config?: object
  readonly weights?: LayerWeights
  /** False where TensorFlow.js has none of comparisons. */
  readonly hasGradient?: boolean
}

const cases: readonly Case[] = [
  { className: 'ZeroPadding1D', inputShape: [5, 2], config: { padding: [1, 2] } },
  {
    className: 'ZeroPadding3D',
    inputShape: volume,
    config: {
      padding: [
        [1, 2],
        [0, 1],
        [2, 0],
      ],
      data_format: 'channels_last',
    },
  },
  {
    className: 'ZeroPadding3D',
    inputShape: volume,
    config: { padding: [1, 0, 2], data_format: 'channels_first' },
  },
  { className: 'Cropping1D', inputShape: [5, 2], config: { cropping: [1, 2] } },
  {
    className: 'Cropping3D',
    inputShape: volume,
    config: {
      cropping: [
        [1, 2],
        [0, 1],
        [0, 0],
      ],
      data_format: 'channels_last',
    },
  },
  { className: 'UpSampling1D', inputShape: [5, 2], config: { size: 3 } },
  {
    className: 'UpSampling3D',
    inputShape: volume,
    config: { size: [2, 1, 3], data_format: 'channels_last' },
  },
  {
    className: 'UpSampling3D',
    inputShape: volume,
    config: { size: [2, 2, 2], data_format: 'channels_first' },
  },
  {
    className: 'GlobalAveragePooling3D',
    inputShape: volume,
    config: { data_format: 'channels_last', keepdims: false },
  },
  {
    className: 'GlobalMaxPooling3D',
    inputShape: volume,
    config: { data_format: 'channels_last', keepdims: true },
  },
  {
    className: 'GlobalAveragePooling2D',
    inputShape: image,
    config: { data_format: 'channels_last', keepdims: true },
  },
  {
    className: 'GlobalMaxPooling1D',
    inputShape: [5, 2],
    config: { data_format: 'channels_last', keepdims: false },
  },
  { className: 'ReLU', inputShape: image, config: { max_value: 6, negative_slope: 0, threshold: 0 } },
  {
    className: 'ReLU',
    inputShape: image,
    config: { max_value: 0.5, negative_slope: 0.2, threshold: 0 },
    hasGradient: false,
  },
  { className: 'SpatialDropout2D', inputShape: image, config: { rate: 0.5 } },
  { className: 'SpatialDropout3D', inputShape: volume, config: { rate: 0.5 } },
  { className: 'ActivityRegularization', inputShape: image, config: { l1: 0.1, l2: 0 } },
  {
    className: 'Normalization',
    inputShape: image,
    config: { axis: [3], mean: null, variance: null },
    weights: statistics,
  },
  { className: 'Normalization', inputShape: image, config: { axis: null, mean: 0.3, variance: 4 } },
  {
    className: 'GroupNormalization',
    inputShape: image,
    config: { groups: 3, axis: -1, epsilon: 0.001 },
    weights: channels(6),
  },
  {
    className: 'GroupNormalization',
    inputShape: volume,
    config: { groups: -1, axis: -1, epsilon: 0.001 },
    weights: channels(4),
  },
  ...['silu', 'leaky_relu', 'exponential', 'hard_silu', 'hard_swish', 'hard_sigmoid_keras3'].map(
    (activation) => ({
      className: 'Activation',
      inputShape: image,
      config: { activation },
    }),
  ),
]

describe('layers that TensorFlow.js lacks are loaded and converted', () => {
  test.each(cases)(
    '$className $config',
    async ({ className, inputShape, config = {}, weights, hasGradient = true }) => {
      const files = filesOf(layerModel(className, inputShape, config, weights))
      await tf.setBackend('cpu')
      const { run, outputShapes } = await loadModel(files)
      const y = run(tf.zeros([1, ...inputShape]))[0]!
      expect(outputShapes[0]).toEqual([null, ...y.shape.slice(1)])
      await expectConverted(files, (x) => run(x)[0]!, { inputShape, hasGradient })
    },
  )

  test('the difference of two paths', async () => {
    supplyLayers()
    const [Subtract] = tf.serialization.SerializationMap.getMap().classNameMap['Subtract']!
    const x = input({ shape: image })
    const [left, right] = [3, 1].map((kernelSize) =>
      chained(x, layers.conv2d({ filters: 4, kernelSize, padding: 'same' })),
    )
    await expectSame(
      withWeights(
        functional({ inputs: x, outputs: merged(new Subtract({}) as unknown as Layer, left!, right!) }),
      ),
      image,
    )
  })
})

/** A layer's results by TensorFlow.js on one sample. */
async function valuesOf(
  className: string,
  config: object,
  x: tf.Tensor,
  weights?: LayerWeights,
): Promise<number[]> {
  await tf.setBackend('cpu')
  const { run } = await loadModel(filesOf(layerModel(className, x.shape.slice(1), config, weights)))
  return [...run(x)[0]!.dataSync()]
}

describe('layers that are added do what Keras does', () => {
  const signal = tf.tensor([1, 2, 3, 4], [1, 4, 1])

  test('upsampling repeats every value', async () => {
    expect(await valuesOf('UpSampling1D', { size: 2 }, signal)).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
  })

  test('padding and cropping take the front first', async () => {
    expect(await valuesOf('ZeroPadding1D', { padding: [1, 2] }, signal)).toEqual([0, 1, 2, 3, 4, 0, 0])
    expect(await valuesOf('Cropping1D', { cropping: [1, 2] }, signal)).toEqual([2])
  })

  test('a relu has a slope, a threshold and a limit', async () => {
    const config = { max_value: 3, negative_slope: 0.5, threshold: 2 }
    expect(await valuesOf('ReLU', config, signal)).toEqual([-0.5, 2, 3, 3])
  })

  test('normalisation divides by the deviation', async () => {
    const weights = {
      mean: { shape: [1], values: [2] },
      variance: { shape: [1], values: [4] },
      count: { shape: [], values: [0] },
    }
    expect(await valuesOf('Normalization', { axis: [2] }, signal, weights)).toEqual([-0.5, 0, 0.5, 1])
  })

  test('group normalisation takes each group’s own mean', async () => {
    const two = tf.tensor([1, 10, 3, 30], [1, 2, 2])
    const values = await valuesOf(
      'GroupNormalization',
      { groups: 2, epsilon: 1e-7, center: false, scale: false },
      two,
    )
    for (const [at, value] of [-1, -1, 1, 1].entries()) expect(values[at]).toBeCloseTo(value, 4)
  })

  test('Keras 3’s hard sigmoid reaches 1 at 3', async () => {
    const values = await valuesOf(
      'Activation',
      { activation: 'hard_sigmoid_keras3' },
      tf.tensor([-3, 0, 1.5, 3], [1, 4]),
    )
    for (const [at, value] of [0, 0.5, 0.75, 1].entries()) expect(values[at]).toBeCloseTo(value, 6)
  })
})

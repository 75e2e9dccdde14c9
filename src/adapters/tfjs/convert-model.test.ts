import { describe, expect, test } from 'vitest'
import {
  chained,
  filesOf,
  functional,
  input,
  layers,
  merged,
  mobileNet,
  saved,
  sequential,
  unet,
  withWeights,
  type Layer,
} from '../../../test/support/tfjs-models.ts'
import { attribute, fusedGraph, shapingGraph, TfjsGraph } from '../../../test/support/tfjs-graphs.ts'
import { keras3Model } from '../../../test/support/keras3-model.ts'
import { expectConverted, expectSame, expectSameGraph } from '../../../test/support/tfjs-comparison.ts'
import { convertModel } from './convert-model.ts'
import { supplyKernels } from './kernels/supply.ts'
import { loadModel } from './load-model.ts'
import { tf } from './tensorflow.ts'

const image = [9, 8, 3]
const volume = [5, 6, 4, 2]

interface Case {
  readonly name: string
  readonly layer: () => Layer
  readonly inputShape?: readonly number[]
}

/** Each as a model of that layer alone, on an image unless told otherwise. */
const cases: readonly Case[] = [
  {
    name: 'conv2d, same, stride 2',
    layer: () =>
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
  },
  {
    name: 'conv2d, valid, dilated',
    layer: () => layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2 }),
  },
  {
    name: 'conv2d, even kernel, same',
    layer: () => layers.conv2d({ filters: 2, kernelSize: [2, 4], padding: 'same', activation: 'elu' }),
  },
  {
    name: 'conv2d, channels first',
    layer: () => layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', dataFormat: 'channelsFirst' }),
  },
  {
    name: 'conv1d',
    layer: () => layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', strides: 2 }),
    inputShape: [11, 3],
  },
  {
    name: 'conv3d',
    layer: () => layers.conv3d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'sigmoid' }),
    inputShape: volume,
  },
  {
    name: 'conv2d transposed, same',
    layer: () => layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
  },
  {
    name: 'conv2d transposed, valid',
    layer: () => layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, activation: 'tanh' }),
  },
  {
    name: 'conv3d transposed',
    layer: () => layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2, padding: 'same' }),
    inputShape: volume,
  },
  {
    name: 'depthwise',
    layer: () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', strides: 2 }),
  },
  { name: 'separable', layer: () => layers.separableConv2d({ filters: 5, kernelSize: 3, padding: 'same' }) },
  {
    name: 'dense on a vector',
    layer: () => layers.dense({ units: 4, activation: 'softmax' }),
    inputShape: [6],
  },
  { name: 'dense on an image', layer: () => layers.dense({ units: 4, activation: 'selu' }) },
  { name: 'batch normalisation of an image', layer: () => layers.batchNormalization() },
  { name: 'batch normalisation of a vector', layer: () => layers.batchNormalization(), inputShape: [6] },
  { name: 'layer normalisation', layer: () => layers.layerNormalization({ axis: -1 }) },
  {
    name: 'max pooling, same',
    layer: () => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  },
  {
    name: 'average pooling, same',
    layer: () => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  },
  { name: 'max pooling of a volume', layer: () => layers.maxPooling3d({ poolSize: 2 }), inputShape: volume },
  {
    name: 'average pooling of a volume',
    layer: () => layers.averagePooling3d({ poolSize: 2, padding: 'same' }),
    inputShape: volume,
  },
  { name: 'pooling of a signal', layer: () => layers.maxPooling1d({ poolSize: 2 }), inputShape: [11, 3] },
  { name: 'global average pooling', layer: () => layers.globalAveragePooling2d({}) },
  { name: 'global max pooling', layer: () => layers.globalMaxPooling2d({}) },
  { name: 'flatten', layer: () => layers.flatten() },
  { name: 'reshape', layer: () => layers.reshape({ targetShape: [6, 12, 3] }) },
  { name: 'permute', layer: () => layers.permute({ dims: [3, 1, 2] }) },
  { name: 'repeat', layer: () => layers.repeatVector({ n: 3 }), inputShape: [6] },
  {
    name: 'zero padding',
    layer: () =>
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
  },
  {
    name: 'cropping',
    layer: () =>
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
  },
  { name: 'upsampling, nearest', layer: () => layers.upSampling2d({ size: [2, 3] }) },
  {
    name: 'upsampling, bilinear',
    layer: () => layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
  },
  { name: 'dropout', layer: () => layers.dropout({ rate: 0.5 }) },
  { name: 'gaussian noise', layer: () => layers.gaussianNoise({ stddev: 1 }) },
  { name: 'relu up to 6', layer: () => layers.reLU({ maxValue: 6 }) },
  { name: 'leaky relu', layer: () => layers.leakyReLU({ alpha: 0.1 }) },
  { name: 'elu', layer: () => layers.elu({ alpha: 1 }) },
  { name: 'prelu', layer: () => layers.prelu() },
  { name: 'softmax', layer: () => layers.softmax({ axis: 3 }) },
  ...(['hardSigmoid', 'softplus', 'softsign', 'tanh', 'relu6', 'swish', 'mish', 'gelu'] as const).map(
    (activation): Case => ({
      name: activation,
      layer: () => layers.activation({ activation }),
    }),
  ),
]

describe('a layer is the same in ONNX as in TensorFlow.js, and so is its gradient', () => {
  supplyKernels('cpu')
  test.each(cases)('$name', async ({ layer, inputShape = image }) => {
    const input = layers.inputLayer({ inputShape: [...inputShape] })
    await expectSame(withWeights(sequential({ layers: [input, layer()] })), inputShape)
  })
})

describe('two paths are merged', () => {
  test.each([
    ['added', layers.add()],
    ['multiplied', layers.multiply()],
    ['averaged', layers.average()],
    ['by maximum', layers.maximum()],
    ['by minimum', layers.minimum()],
    ['side by side', layers.concatenate({ axis: -1 })],
    ['one above the other', layers.concatenate({ axis: 1 })],
  ])('%s', async (_, merge) => {
    const x = input({ shape: image })
    const [left, right] = [3, 1].map((kernelSize) =>
      chained(x, layers.conv2d({ filters: 4, kernelSize, padding: 'same' })),
    )
    await expectSame(withWeights(functional({ inputs: x, outputs: merged(merge, left!, right!) })), image)
  })

  test('channels are weighted (squeeze and excitation)', async () => {
    const x = input({ shape: image })
    const squeezed = chained(x, layers.globalAveragePooling2d({}), layers.reshape({ targetShape: [1, 1, 3] }))
    const gate = chained(squeezed, layers.conv2d({ filters: 3, kernelSize: 1, activation: 'sigmoid' }))
    await expectSame(
      withWeights(functional({ inputs: x, outputs: merged(layers.multiply(), x, gate) })),
      image,
    )
  })
})

describe('networks', () => {
  test('inverted residuals (MobileNetV2)', async () => {
    await expectSame(mobileNet(), [16, 16, 3])
  })

  test('a U-Net, whose classes leave as axis 1', async () => {
    await expectSame(unet(), [16, 16, 1])
  })

  test('a network that holds another one', async () => {
    const inner = sequential({
      layers: [layers.conv2d({ inputShape: image, filters: 4, kernelSize: 3 }), layers.reLU()],
    })
    const outer = sequential({ layers: [inner, layers.flatten(), layers.dense({ units: 3 })] })
    await expectSame(withWeights(outer), image)
  })
})

describe('graph models', () => {
  test('fused convolutions, pooling and a softmax', async () => {
    await expectSameGraph(fusedGraph(), [16, 16, 3])
  })

  test('shapes that are worked out, for any batch', async () => {
    await expectSameGraph(shapingGraph(), [6, 4, 3], false)
  })

  test('a graph with control flow is refused by node', async () => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, 4, 4, 1])
    const looped = graph.saved(image, graph.node('While', [image], {}, 'loop_1'))
    await expect(convertModel(filesOf(looped))).rejects.toMatchObject({
      code: 'model-unsupported',
      message: "TensorFlow.js model: expected a graph without control flow, got While 'loop_1'",
      file: 'model.json',
    })
  })

  test('an operation that can’t be converted is named', async () => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, 4, 4, 1])
    const turned = graph.saved(image, graph.node('Atan2', [image, graph.floats([1])]))
    await expect(convertModel(filesOf(turned))).rejects.toMatchObject({
      code: 'model-unsupported',
      message: "TensorFlow.js Atan2: this operation can't be converted to ONNX",
    })
  })
})

test('a graph that counts its images is refused', async () => {
  const graph = new TfjsGraph()
  const image = graph.input('image', [-1, 6, 3])
  const { int32, float32, integer } = attribute
  const shape = graph.node('Shape', [image], { out_type: int32 })
  const count = graph.node('StridedSlice', [shape, graph.ints([0]), graph.ints([1]), graph.ints([1])], {
    shrink_axis_mask: integer(1),
  })
  const range = graph.node('Range', [graph.ints([0], []), count, graph.ints([1], [])])
  const numbers = graph.node('Reshape', [
    graph.node('Cast', [range], { DstT: float32 }),
    graph.ints([-1, 1, 1]),
  ])
  await expect(
    convertModel(filesOf(graph.saved(image, graph.node('Mul', [image, numbers])))),
  ).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('depends on how many images there are') as string,
  })
})

test('a model of Keras 3 is converted', async () => {
  const files = filesOf(keras3Model())
  await tf.setBackend('cpu')
  const { run } = await loadModel(files)
  await expectConverted(files, (image) => run(image)[0]!, { inputShape: [8, 8, 3], hasGradient: true })
})

test('quantised weights are converted as TensorFlow.js reads them', async () => {
  const { json, shard } = await saved(
    withWeights(sequential({ layers: [layers.dense({ inputShape: [6], units: 4 })] })),
  )
  const { weightsManifest, ...rest } = JSON.parse(json) as { weightsManifest: { weights: object[] }[] }
  const weights = weightsManifest[0]!.weights.map((spec) => ({
    ...spec,
    quantization: { dtype: 'uint8', scale: 0.01, min: -1 },
  }))
  const quantised = {
    json: JSON.stringify({ ...rest, weightsManifest: [{ paths: ['weights.bin'], weights }] }),
    shard: shard.filter((_, at) => at % 4 === 1),
  }
  await tf.setBackend('cpu')
  const { run } = await loadModel(filesOf(quantised))
  await expectConverted(filesOf(quantised), (image) => run(image)[0]!, { inputShape: [6], hasGradient: true })
})

test('a softmax over the classes stays the last node, so that it can be taken off', async () => {
  const { graph } = await convertModel(filesOf(await saved(unet())))
  expect(graph.nodes.at(-1)).toMatchObject({ opType: 'Softmax', outputs: [graph.outputs[0]?.name] })
})

test('convolutions, activations and sums in a row stay in one layout', async () => {
  const { graph } = await convertModel(filesOf(await saved(mobileNet())))
  expect(graph.nodes.filter(({ opType }) => opType === 'Transpose')).toHaveLength(1)
})

test('an input of free size takes the size that is asked for', async () => {
  const model = sequential({
    layers: [layers.conv2d({ inputShape: [null, null, 1], filters: 2, kernelSize: 3 })],
  })
  const files = filesOf(await saved(withWeights(model)))
  const { graph } = await convertModel(files, [7, 6, 1])
  expect(graph.outputs[0]?.shape).toEqual(['batch', 2, 5, 4])
  await expect(convertModel(files)).rejects.toThrow(/expected an input of one size, got \[any, any, 1\]/)
})

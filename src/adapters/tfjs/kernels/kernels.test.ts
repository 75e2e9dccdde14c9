import { describe, expect, test } from 'vitest'
import { createOnnxModel } from '../../../core/autodiff/onnx-model.ts'
import { encodeModel } from '../../../core/onnx/codec.ts'
import { uniformTensor } from '../../../../test/support/numbers.ts'
import { attribute, TfjsGraph } from '../../../../test/support/tfjs-graphs.ts'
import {
  filesOf,
  layers,
  saved,
  sequential,
  withWeights,
  type Layer,
} from '../../../../test/support/tfjs-models.ts'
import { createOrtRuntime } from '../../ort/runtime.ts'
import { convertModel } from '../convert-model.ts'
import type { TfjsBackend } from '../backends.ts'
import type { TfjsFiles } from '../load-model.ts'
import { createTfjsModel } from '../tfjs-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const image = [9, 8, 3]
const volume = [6, 7, 5, 2]
const padding = 'same'

interface Case {
  readonly name: string
  readonly layer: Layer
  readonly inputShape: readonly number[]
}

/** Layers whose gradient comes from kernels of ours, as models of that layer alone. */
const cases: readonly Case[] = [
  ...(['same', 'valid'] as const).flatMap((pad) =>
    [1, 2, 3].map((strides) => ({
      name: `convolution, ${pad}, stride ${strides}`,
      layer: layers.conv2d({ filters: 4, kernelSize: [3, 2], strides, padding: pad }),
      inputShape: image,
    })),
  ),
  { name: 'convolution, one tap', layer: layers.conv2d({ filters: 4, kernelSize: 1 }), inputShape: image },
  {
    name: 'convolution, one tap, stride 2',
    layer: layers.conv2d({ filters: 4, kernelSize: 1, strides: 2 }),
    inputShape: image,
  },
  {
    name: 'convolution, dilated',
    layer: layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2 }),
    inputShape: image,
  },
  {
    name: 'depthwise, stride 2, twice as many channels',
    layer: layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding, depthMultiplier: 2 }),
    inputShape: image,
  },
  {
    name: 'depthwise, stride 3',
    layer: layers.depthwiseConv2d({ kernelSize: 2, strides: 3 }),
    inputShape: image,
  },
  {
    name: 'depthwise, dilated',
    layer: layers.depthwiseConv2d({ kernelSize: 3, dilationRate: 2, padding }),
    inputShape: image,
  },
  {
    name: 'transposed convolution',
    layer: layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding }),
    inputShape: image,
  },
  {
    name: 'maximum pooling, below zero too',
    layer: layers.maxPooling2d({ poolSize: 2 }),
    inputShape: [16, 16, 3],
  },
  {
    name: 'maximum pooling, overlapping',
    layer: layers.maxPooling2d({ poolSize: 3, strides: 2, padding }),
    inputShape: image,
  },
  { name: 'volumes, their maxima', layer: layers.maxPooling3d({ poolSize: 2 }), inputShape: volume },
  {
    name: 'average pooling',
    layer: layers.averagePooling2d({ poolSize: 3, strides: 2, padding }),
    inputShape: image,
  },
  { name: 'nearest neighbours', layer: layers.upSampling2d({ size: [2, 3] }), inputShape: image },
  {
    name: 'bilinear',
    layer: layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
    inputShape: image,
  },
  {
    name: 'volumes',
    layer: layers.conv3d({ filters: 3, kernelSize: [2, 3, 3], padding }),
    inputShape: volume,
  },
  {
    name: 'volumes, stride 2',
    layer: layers.conv3d({ filters: 3, kernelSize: 3, strides: 2, padding }),
    inputShape: volume,
  },
  {
    name: 'volumes, dilated',
    layer: layers.conv3d({ filters: 3, kernelSize: 3, dilationRate: 2, padding }),
    inputShape: volume,
  },
  {
    name: 'volumes, transposed',
    layer: layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 }),
    inputShape: volume,
  },
  { name: 'volumes, averaged', layer: layers.averagePooling3d({ poolSize: 2, padding }), inputShape: volume },
]

describe.each(['cpu', 'wasm'] as const)('gradients on %s are those of the converted model', (backend) => {
  test.each(cases)('$name', async ({ layer, inputShape }) => {
    const input = layers.inputLayer({ inputShape: [...inputShape] })
    await expectSame(
      filesOf(await saved(withWeights(sequential({ layers: [input, layer] })))),
      inputShape,
      backend,
    )
  })

  test('a slice of a graph, one axis of it taken away', async () => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, 5, 4, 3])
    const bounds = [graph.ints([0, 1, 2, 0]), graph.ints([0, 4, 3, 0]), graph.ints([1, 1, 1, 1])]
    const part = graph.node('StridedSlice', [image, ...bounds], {
      begin_mask: attribute.integer(0b1001),
      end_mask: attribute.integer(0b1001),
      shrink_axis_mask: attribute.integer(0b0100),
      ellipsis_mask: attribute.integer(0),
      new_axis_mask: attribute.integer(0),
    })
    await expectSame(filesOf(graph.saved(image, part)), [5, 4, 3], backend)
  })

  test('blocks of channels laid out as pixels', async () => {
    const graph = new TfjsGraph()
    const image = graph.input('image', [-1, 3, 2, 8])
    const laid = { block_size: attribute.integer(2), data_format: attribute.text('NHWC') }
    await expectSame(
      filesOf(graph.saved(image, graph.node('DepthToSpace', [image], laid))),
      [3, 2, 8],
      backend,
    )
  })
})

async function expectSame(
  files: TfjsFiles,
  inputShape: readonly number[],
  backend: TfjsBackend,
): Promise<void> {
  const theirs = await createTfjsModel({ files, backend })
  const ours = await createOnnxModel({ bytes: encodeModel(await convertModel(files)), runtime })
  const x = uniformTensor([2, ...inputShape], 3, [-1, 0.5])
  const target = uniformTensor((await ours.predict(x)).shape, 5, [-1, 1])
  const dot = { kind: 'dot', terms: [{ target, weight: 1 }] } as const
  const [a, b] = [await theirs.lossAndGradient(x, dot), await ours.lossAndGradient(x, dot)]
  expect(largestDifference(a.logits.data, b.logits.data)).toBeLessThan(1e-5)
  expect(largestDifference(a.gradient.data, b.gradient.data)).toBeLessThan(1e-5)
  await theirs.dispose()
  await ours.dispose()
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))))
}

import { describe, expect, test } from 'vitest'
import { distinctValues } from '../../../test/support/check-rule.ts'
import { largestDifference } from '../../../test/support/numbers.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { ModelCard } from '../model/card.ts'
import type { DifferentiableModel, LossSpec } from '../model/ports.ts'
import { greyInputOf, type GreyInput } from '../model/preprocessing/channels.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { printGraph } from '../onnx/print.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { forwardModel } from './gradient-graph.ts'
import { fromGrey } from './grey-graph.ts'
import { createOnnxModel } from './onnx-model.ts'
import { prepare } from './prepare.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const input: ModelCard['input'] = { name: 'x', layout: 'NCHW', size: [5, 6], channels: 3, valueRange: [0, 1] }
const likeImageNet = greyInputOf({ input, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] })!
const alike = greyInputOf({ input, mean: [0.5], std: [0.25, 0.25, 0.25] })!

const convolution = (graph: GraphBuilder, x: string, group = 1): string =>
  graph.node(
    'Conv',
    [
      x,
      graph.floats([6, 3 / group, 3, 3], distinctValues([6, 3 / group, 3, 3]).data),
      graph.floats([6], [1, 2, 3, 4, 5, 6]),
    ],
    {
      pads: [1, 1, 1, 1],
      strides: [2, 1],
      group,
    },
  )

const beginnings: Readonly<Record<string, (graph: GraphBuilder, x: string) => string>> = {
  'a convolution': (graph, x) => graph.node('Relu', [convolution(graph, x)]),
  'one of each channel by itself': (graph, x) => convolution(graph, x, 3),
  'a convolution, and a sum beside it': (graph, x) =>
    graph.node('Add', [convolution(graph, x), graph.node('ReduceMean', [x], { axes: [1, 2, 3] })]),
  'something else': (graph, x) => graph.node('Tanh', [x]),
}

function modelOf(beginning: string): Uint8Array {
  const graph = new GraphBuilder({ opset: 13 })
  const features = beginnings[beginning]!(graph, graph.input('x', ['batch', 3, 5, 6]))
  graph.output(graph.node('ReduceMean', [features], { axes: [2, 3], keepdims: 0 }), ['batch', 'classes'])
  return encodeModel(graph.build())
}

const open = (beginning: string, grey?: GreyInput): Promise<DifferentiableModel> =>
  createOnnxModel({ bytes: modelOf(beginning), runtime, grey })

function everyChannel({ data }: Tensor, { scale, offset }: GreyInput): Tensor {
  const planes = [0, 1].flatMap((sample) =>
    scale.map((factor, c) =>
      data.subarray(sample * 30, (sample + 1) * 30).map((value) => factor * value + offset[c]!),
    ),
  )
  return tensor([2, 3, 5, 6], Float32Array.from(planes.flatMap((plane) => [...plane])))
}

/** Σ_c scale_c · d/dx_c, the chain rule. */
function gradientOfFirst({ data }: Tensor, { scale }: GreyInput): number[] {
  const of = (sample: number, pixel: number) =>
    scale.reduce((sum, factor, c) => sum + factor * data[(sample * 3 + c) * 30 + pixel]!, 0)
  return Array.from({ length: 60 }, (_, at) => of(Math.floor(at / 30), at % 30))
}

describe.each(Object.entries({ 'channels alike': alike, 'channels as of ImageNet': likeImageNet }))(
  '%s',
  (_, grey) => {
    test.each(Object.keys(beginnings))('a model that begins with %s', async (beginning) => {
      const x = distinctValues([2, 1, 5, 6])
      const [network, plain] = await Promise.all([open(beginning, grey), open(beginning)])
      const logits = await plain.predict(everyChannel(x, grey))
      const loss: LossSpec = { kind: 'dot', terms: [{ target: distinctValues(logits.shape), weight: 1 }] }
      const expected = await plain.lossAndGradient(everyChannel(x, grey), loss)
      const actual = await network.lossAndGradient(x, loss)
      expect(largestDifference((await network.predict(x)).data, logits.data)).toBeLessThan(1e-5)
      expect(actual.gradient.shape).toEqual(x.shape)
      expect(largestDifference(actual.gradient.data, gradientOfFirst(expected.gradient, grey))).toBeLessThan(
        1e-5,
      )
      expect(await network.predict(everyChannel(x, grey))).toEqual(logits)
      await Promise.all([network.dispose(), plain.dispose()])
    })
  },
)

test('the first convolution has one channel, or two where channels are shifted', async () => {
  const beginning = async (grey: GreyInput): Promise<string[]> => {
    const graph = new GraphBuilder({ opset: 13 })
    const output = convolution(graph, graph.input('x', ['batch', 3, 5, 6]))
    graph.output(output)
    const options = {
      inputName: 'x',
      outputName: output,
      inputShape: [1, 3, 5, 6],
      activation: 'none',
    } as const
    return printGraph(forwardModel(fromGrey(await prepare(graph.build(), options, runtime), grey))).split(
      '\n',
    )
  }
  expect((await beginning(alike)).slice(0, 2)).toMatchInlineSnapshot(`
    [
      "gdgrey0: float32[1, 1, 5, 6] ->",
      "v0 = Conv(gdgrey0, float32[6, 1, 3, 3], [1, 2, 3, 4, 5, 6], auto_pad=NOTSET, pads=[1, 1, 1, 1], strides=[2, 1], group=1)",
    ]
  `)
  expect((await beginning(likeImageNet)).slice(0, 4)).toMatchInlineSnapshot(`
    [
      "gdgrey0: float32[1, 1, 5, 6] ->",
      "gdgrey3_Expand = Expand(1, [1, 1, 5, 6])",
      "gdgrey4_Concat = Concat(gdgrey0, gdgrey3_Expand, axis=1)",
      "v0 = Conv(gdgrey4_Concat, float32[6, 2, 3, 3], [1, 2, 3, 4, 5, 6], auto_pad=NOTSET, pads=[1, 1, 1, 1], strides=[2, 1], group=1)",
    ]
  `)
})

test('others than images of one channel are refused as before', async () => {
  const network = await open('a convolution', alike)
  await expect(network.predict(distinctValues([2, 2, 5, 6]))).rejects.toThrow(
    "Model input 'x': expected [any, 3, 5, 6], got [2, 2, 5, 6]",
  )
  await network.dispose()
})

import { expect, test } from 'vitest'
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import type { OnnxTensor } from '../onnx/onnx-tensor.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { differentiable } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const microsoft = 'com.microsoft'
type Graph = GraphBuilder

const uint8 = (values: number[], shape: number[] = []): OnnxTensor => ({
  dataType: 'uint8',
  shape,
  raw: Uint8Array.from(values),
})
const int8 = (values: number[], shape: number[]): OnnxTensor => ({
  dataType: 'int8',
  shape,
  raw: Uint8Array.from(Int8Array.from(values)),
})
const weights = (count: number) => Array.from({ length: count }, (_, i) => ((i * 37) % 200) - 100)

/** Scale and zero point of uint8. */
const scaled = (graph: Graph, scale: number, zero: number) => [
  graph.floats([], [scale]),
  graph.constant(uint8([zero])),
]

/** What becomes of quantised images [N, 2, 4, 4], whose scale and zero point follow; gives floats. */
const operators: Record<string, (graph: Graph, q: string, own: string[], x: string) => string> = {
  QLinearAdd: (graph, q, own) => result(graph, 'QLinearAdd', [q, ...own, q, ...own], [0.02, 3]),
  QLinearMul: (graph, q, own) => result(graph, 'QLinearMul', [q, ...own, q, ...own], [0.01, 7]),
  QLinearSigmoid: (graph, q, own) => result(graph, 'QLinearSigmoid', [q, ...own], [1 / 256, 0]),
  QLinearLeakyRelu: (graph, q, own) =>
    result(graph, 'QLinearLeakyRelu', [q, ...own], [0.01, 20], { alpha: { float: 0.2 } }),
  QLinearGlobalAveragePool: (graph, q, own) =>
    result(graph, 'QLinearGlobalAveragePool', [q, ...own], [0.005, 90]),
  QLinearAveragePool: (graph, q, own) =>
    result(graph, 'QLinearAveragePool', [q, ...own], [0.01, 50], { kernel_shape: [2, 2], strides: [2, 2] }),
  QLinearSoftmax: (graph, q, own) =>
    result(graph, 'QLinearSoftmax', [q, ...own], [1 / 256, 0], { axis: -1, opset: 13 }),
  QLinearConcat: (graph, q, own) => {
    const to = scaled(graph, 0.012, 40)
    const joined = graph.node(`${microsoft}:QLinearConcat`, [...to, q, ...own, q, ...own], { axis: 1 })
    return graph.node('DequantizeLinear', [joined, ...to])
  },
  QLinearMatMul: (graph, q, own) => {
    const b = [
      graph.constant(int8(weights(12), [4, 3])),
      graph.floats([], [0.01]),
      graph.constant(int8([0], [])),
    ]
    const to = scaled(graph, 0.03, 120)
    return graph.node('DequantizeLinear', [graph.node('QLinearMatMul', [q, ...own, ...b, ...to]), ...to])
  },
  MatMulIntegerToFloat: (graph, q, own) => {
    const [scale = '', zero = ''] = own
    const b = [graph.constant(int8(weights(12), [4, 3])), graph.floats([3], [0.01, 0.02, 0.03])]
    return graph.node(`${microsoft}:MatMulIntegerToFloat`, [q, b[0]!, scale, b[1]!, zero], {})
  },
  DynamicQuantizeMatMul: (graph, _, __, x) => {
    const b = [graph.constant(int8(weights(12), [4, 3])), graph.floats([3], [0.01, 0.02, 0.03])]
    return graph.node(`${microsoft}:DynamicQuantizeMatMul`, [x, ...b], {})
  },
  MaxPool: (graph, q, own) =>
    graph.node('DequantizeLinear', [graph.node('MaxPool', [q], { kernel_shape: [2, 2] }), ...own]),
  Concat: (graph, q, own) => {
    const zeros = graph.constant(uint8(new Array<number>(32).fill(100), [1, 2, 4, 4]))
    return graph.node('DequantizeLinear', [graph.node('Concat', [q, zeros], { axis: 1 }), ...own])
  },
}

function result(
  graph: Graph,
  opType: string,
  inputs: string[],
  [scale, zero]: [number, number],
  attributes = {},
): string {
  const to = scaled(graph, scale, zero)
  return graph.node('DequantizeLinear', [
    graph.node(`${microsoft}:${opType}`, [...inputs, ...to], attributes),
    ...to,
  ])
}

test.each(Object.entries(operators))('%s is in floats what it is in integers', async (_, build) => {
  const graph = new GraphBuilder({ domains: { [microsoft]: 1 } })
  const x = graph.input('image', ['batch', 2, 4, 4])
  const own = scaled(graph, 0.011, 60)
  const y = build(graph, graph.node('QuantizeLinear', [x, ...own]), own, x)
  graph.output(y, ['batch', 'k', 'h', 'w'])
  const { logits, gradient, expected } = await throughBoth(graph, uniformTensor([1, 2, 4, 4], 5, [-0.5, 1.5]))
  expect(largestDifference(logits.data, expected.data)).toBeLessThan(1e-5)
  expect(gradient.data.some((value) => value !== 0)).toBe(true)
})

test.each([0, 3, 128])(
  'halves are rounded to even before the zero point %d is added, and cut off after it',
  async (zero) => {
    const graph = new GraphBuilder()
    const x = graph.input('image', ['batch', 1, 1, 9])
    const own = scaled(graph, 0.5, zero)
    const q = graph.node('QuantizeLinear', [x, ...own])
    graph.output(graph.node('DequantizeLinear', [q, ...own]), ['batch', 1, 1, 9])
    const halves = [0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, -300.5, 300.5]
    const even = [0, 2, 2, 4, 0, -2, -2, -300, 300]
    const values = even.map((value) => 0.5 * Math.min(255 - zero, Math.max(-zero, value)))
    const images = Float32Array.from(halves, (value) => value / 2)
    const { logits, gradient, expected } = await throughBoth(graph, tensor([1, 1, 1, 9], images))
    expect(Array.from(expected.data, plus0)).toEqual(values.map(plus0))
    expect(Array.from(logits.data, plus0)).toEqual(values.map(plus0))
    expect([...gradient.data].slice(-2)).toEqual([0, 0])
  },
)

/** −0 and 0 are one value. */
const plus0 = (value: number) => value + 0

/** What the graph gives by its own operators, and what with those that a gradient passes. */
async function throughBoth(graph: Graph, images: Tensor) {
  const options = { runtime, activation: 'none', straightThrough: 'gradients' } as const
  const model = await differentiable(graph.build(), options)
  const expected = await model.predict(images)
  const target = tensor(expected.shape, uniformTensor(expected.shape, 6).data)
  const loss = { kind: 'dot', terms: [{ target, weight: 1 }] } as const
  const made = await model.lossAndGradient(images, loss)
  await model.dispose()
  return { ...made, expected }
}

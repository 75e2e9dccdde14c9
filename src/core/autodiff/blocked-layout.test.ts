import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { encodeModel } from '../onnx/codec.ts'
import type { OnnxModel } from '../onnx/graph.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { printGraph } from '../onnx/print.ts'
import { keepBlocked } from './blocked-layout.ts'
import { Emitter } from './emitter.ts'
import { learnShapes } from './learn-shapes.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const weights = (size: number): Float32Array => new Float32Array(size).map((_, index) => Math.sin(index))

/** Two convolutions with Relu, to which something plain is added between them. */
function residual(channels: number, plain: (graph: GraphBuilder, x: string) => string): OnnxModel {
  const graph = new GraphBuilder({ opset: 18 })
  const x = graph.input('x', [1, channels, 4, 4])
  const kernel = graph.floats([channels, channels, 3, 3], weights(9 * channels ** 2))
  const relu = graph.node('Relu', [graph.node('Conv', [x, kernel], { pads: [1, 1, 1, 1] })])
  const sum = graph.node('Add', [plain(graph, x), relu])
  graph.output(graph.node('Conv', [graph.node('Add', [sum, relu]), kernel], { pads: [1, 1, 1, 1] }))
  return graph.build()
}

async function kept(model: OnnxModel): Promise<OnnxModel> {
  const { nodes, values } = await learnShapes(model, model.graph.inputs[0]!.shape as number[], runtime)
  const emit = new Emitter('cpu', 'g')
  const blocked = keepBlocked(nodes, values, emit)
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: blocked,
      initializers: new Map([...model.graph.initializers, ...emit.initializers]),
    },
  }
}

test('what is added to a blocked image passes a convolution by ones, once; the sum is blocked', async () => {
  const model = await kept(residual(16, (graph, x) => graph.node('Exp', [x])))
  expect(printGraph(model)).toMatchInlineSnapshot(`
    "x: float32[1, 16, 4, 4] ->
    v0 = Conv(x, float32[16, 16, 3, 3], pads=[1, 1, 1, 1])
    v1 = Relu(v0)
    v2 = Exp(x)
    g1_constant_blocked = Conv(v2, float32[16, 1, 1, 1], kernel_shape=[1, 1], group=16)
    v3 = Add(g1_constant_blocked, v1)
    v4 = Add(v3, v1)
    v5 = Conv(v4, float32[16, 16, 3, 3], pads=[1, 1, 1, 1])
    -> v5"
  `)
})

test('the result is the same, bit by bit', async () => {
  const model = residual(16, (graph, x) => graph.node('Exp', [x]))
  const [plain, blocked] = await Promise.all([run(model), run(await kept(model))])
  expect(blocked).toEqual(plain)
})

test.each([
  ['channels that fill no block', residual(10, (graph, x) => graph.node('Exp', [x]))],
  [
    'two blocked images',
    residual(16, (graph, x) => graph.node('Sigmoid', [graph.node('MaxPool', [x], { kernel_shape: [1, 1] })])),
  ],
])('leaves %s alone', async (_, model) => {
  expect(printGraph(await kept(model))).toEqual(printGraph(model))
})

async function run(model: OnnxModel): Promise<ArrayLike<number | bigint>> {
  const session = await runtime.createSession(encodeModel(model))
  const [output = ''] = session.outputNames
  const results = await session.run({ x: { dataType: 'float32', shape: [1, 16, 4, 4], data: weights(256) } })
  await session.dispose()
  return results[output]!.data
}

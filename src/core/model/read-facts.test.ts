import { expect, test } from 'vitest'
import { decodeModel, encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { factsOf } from './read-facts.ts'

test('a model tells its tensors, the operator of each output, and its metadata after a round trip through its file', () => {
  const graph = new GraphBuilder({ opset: 17 })
  const x = graph.input('x', ['batch', 3])
  graph.output(graph.node('Softmax', [x]), ['batch', 3])
  const model = decodeModel(encodeModel({ ...graph.build(), metadata: { classes: '["a", "b", "c"]' } }))
  const facts = factsOf(model, { file: 'm.onnx', sha256: undefined })
  expect(facts).toMatchObject({
    file: 'm.onnx',
    inputs: [{ name: 'x', shape: ['batch', 3] }],
    outputs: [{ finalOp: 'Softmax', shape: ['batch', 3] }],
    metadata: { classes: '["a", "b", "c"]' },
  })
})

test('the operator of an output is the one before its axis was squeezed', () => {
  const graph = new GraphBuilder({ opset: 17 })
  const p = graph.node('Sigmoid', [graph.input('x', ['batch', 1])])
  graph.output(graph.node('Squeeze', [p, graph.ints([1])]), ['batch'])
  expect(factsOf(graph.build(), { file: 'm.onnx', sha256: undefined }).outputs).toMatchObject([
    { finalOp: 'Sigmoid', shape: ['batch'] },
  ])
})

import { expect, test } from 'vitest'
import { bodyAttribute, float32Value } from '../../../test/support/onnx-models.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { boolTensor } from '../onnx/onnx-tensor.ts'
import { functionProto } from '../onnx/proto.ts'
import { obstaclesOf } from './obstacles.ts'

/** A graph of an image [1, 1, 8, 8] at opset 20. */
function graphOf(domains: Readonly<Record<string, number>> = {}) {
  const graph = new GraphBuilder({ opset: 20, domains })
  return { graph, x: graph.input('x', [1, 1, 8, 8]) }
}

/** Corners and scores of 16 and 64 anchors, and what NonMaxSuppression keeps of them. */
function suppressed(graph: GraphBuilder, x: string) {
  const boxes = graph.node('Reshape', [x, graph.ints([1, 16, 4])])
  const scores = graph.node('Sigmoid', [graph.node('Reshape', [x, graph.ints([1, 4, 16])])])
  return { boxes, scores, kept: graph.node('NonMaxSuppression', [boxes, scores, graph.ints([5])]) }
}

test("an operator of a domain that nobody has can't be run, and is named with node, domain and remedy", () => {
  const { graph, x } = graphOf({ 'my.layers': 1 })
  const [y = ''] = graph.nodeWithOutputs('my.layers:Sharpen', [x], 1)
  graph.output(graph.node('Flatten', [y]))
  expect(obstaclesOf(graph.build())).toEqual([
    {
      of: 'run',
      message:
        "my.layers.Sharpen: expected an operator that ONNX Runtime has, got one of the domain 'my.layers' (node 'Sharpen_0')",
      tip: expect.stringContaining("Export the model with ONNX's own operators"),
    },
  ])
})

test('functions that the file itself defines are none of those', () => {
  const { graph, x } = graphOf({ 'my.layers': 1 })
  const [y = ''] = graph.nodeWithOutputs('my.layers:Sharpen', [x], 1)
  graph.output(graph.node('Flatten', [y]))
  const functions = [functionProto.encode({ name: 'Sharpen', domain: 'my.layers' })]
  expect(obstaclesOf({ ...graph.build(), functions })).toEqual([])
})

test('operators without a rule are a note that names their nodes, those in bodies too', () => {
  const { graph, x } = graphOf()
  const [inner, outer] = ['Det', 'Mish'].map((op) => {
    const row = op === 'Det' ? (['Det', [x], op] as const) : (['ReduceSum', [x, 'axes'], op] as const)
    return bodyAttribute(op === 'Det' ? 'then_branch' : 'else_branch', {
      inputs: [],
      outputs: [float32Value(op, [1, 1])],
      nodes: [row],
    })
  })
  const condition = graph.constant(boolTensor([], [true]))
  graph.output(graph.node('If', [condition], { then_branch: inner!, else_branch: outer! }))
  expect(obstaclesOf(graph.build())).toMatchObject([
    {
      of: 'note',
      message: "No gradient rule for Det (node 'Det of Det')",
      tip: expect.stringContaining('square'),
    },
  ])
})

test('operators that are taken apart or replaced by the runtime need no rule', () => {
  const { graph, x } = graphOf()
  const image = graph.node('Mish', [x])
  graph.output(graph.node('DFT', [graph.node('Unsqueeze', [image, graph.ints([4])])]))
  expect(obstaclesOf(graph.build())).toEqual([])
})

test('sequences are a note that names the first one', () => {
  const { graph, x } = graphOf()
  const parts = graph.node('SplitToSequence', [x, graph.ints([4, 4])], { axis: 3 })
  graph.output(graph.node('ConcatFromSequence', [parts], { axis: 2 }))
  expect(obstaclesOf(graph.build())).toMatchObject([
    {
      of: 'note',
      message: "SplitToSequence: sequences of tensors are not supported (node 'SplitToSequence_0')",
      tip: expect.stringContaining('A newer PyTorch'),
    },
  ])
})

test('every output is looked at, or the one that is chosen', () => {
  const { graph, x } = graphOf()
  const features = graph.node('Conv', [x, graph.floats([2, 1, 1, 1], [1, 2])])
  graph.output(graph.node('Flatten', [features]))
  const coarse = graph.node('Flatten', [graph.node('Det', [features])])
  graph.output(coarse)
  const model = graph.build()
  const message = "No gradient rule for Det (node 'Det_2')"
  expect(obstaclesOf(model)).toMatchObject([{ of: 'note', message: `Output '${coarse}': ${message}` }])
  expect(obstaclesOf(model, 'v1')).toEqual([])
  expect(obstaclesOf(model, coarse)).toMatchObject([{ message }])
})

test('what makes one output a quantised one does not forbid the others', () => {
  const { graph, x } = graphOf()
  graph.output(graph.node('Flatten', [x]))
  const quantised = graph.node('DequantizeLinear', [
    graph.node('QuantizeLinear', [x, graph.floats([], [0.1])]),
    graph.floats([], [0.1]),
  ])
  graph.output(graph.node('Flatten', [quantised]))
  expect(obstaclesOf(graph.build())).toMatchObject([
    { of: 'note', message: expect.stringMatching(/^Output 'v3': Quantised model/) },
  ])
  expect(obstaclesOf(graph.build(), 'v3')).toMatchObject([{ of: 'gradient' }])
})

test('several NonMaxSuppressions are told with what goes into them, and where to cut', () => {
  const { graph, x } = graphOf()
  const first = suppressed(graph, x)
  const second = suppressed(graph, graph.node('Neg', [x]))
  const chosen = [first, second].map(({ boxes, kept }) =>
    graph.node('GatherND', [graph.node('Squeeze', [boxes, graph.ints([0])]), kept], {}),
  )
  const output = graph.node('Concat', chosen, { axis: 0 })
  graph.output(output)
  const [obstacle] = obstaclesOf(graph.build())
  expect(obstacle).toMatchObject({ of: 'run' })
  expect(obstacle?.message).toBe(
    `Model: expected scores before any NonMaxSuppression, got results behind 2: 'NonMaxSuppression_3' (boxes '${first.boxes}', scores '${first.scores}'), 'NonMaxSuppression_8' (boxes '${second.boxes}', scores '${second.scores}')`,
  )
  expect(obstacle?.tip).toContain(
    `as output.name in the card and its boxes as output.boxes.name, here '${first.scores}' and '${first.boxes}'`,
  )
  expect(obstacle?.tip).not.toContain('second stage')
  expect(obstaclesOf(graph.build(), first.scores, first.boxes)).toEqual([])
})

test('two suppressions in a row are a two-stage detector, whose class logits are to be named', () => {
  const { graph, x } = graphOf()
  const { kept } = suppressed(graph, x)
  const regions = graph.node('Cast', [kept], { to: 1 })
  const boxes = graph.node('Unsqueeze', [
    graph.node('Concat', [regions, regions], { axis: 1 }),
    graph.ints([0]),
  ])
  graph.output(
    graph.node('NonMaxSuppression', [boxes, graph.floats([1, 1, 5], [1, 2, 3, 4, 5])]),
    null,
    'int64',
  )
  expect(obstaclesOf(graph.build())[0]?.tip).toContain('the class logits of the second stage')
})

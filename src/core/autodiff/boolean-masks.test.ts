import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { int64Tensor } from '../onnx/onnx-tensor.ts'
import { tensor } from '../tensor/tensor.ts'
import { createOnnxModel } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const at = tensor([2, 3], Float32Array.of(0.5, -1, 2, 0, 1, -3))
const weights = [1, 2, 3, 4, 5, 6]

/** How PyTorch writes x > 0 and its indices. */
interface Mask {
  readonly graph: GraphBuilder
  readonly x: string
  readonly mask: string
  readonly indices: string
}

function masked(result: (parts: Mask) => string): Uint8Array {
  const graph = new GraphBuilder({ opset: 18 })
  const x = graph.input('x', ['batch', 3])
  const mask = graph.node('Greater', [x, graph.floats([], [0])])
  const indices = graph.node('Transpose', [graph.node('NonZero', [mask])], { perm: [1, 0] })
  graph.output(result({ graph, x, mask, indices }))
  return encodeModel(graph.build())
}

/** The values, and the gradient of their product with 1, 2, 3, …. */
async function run(bytes: Uint8Array): Promise<{ values: number[]; gradient: number[] }> {
  const model = await createOnnxModel({ bytes, runtime, file: 'masks.onnx' })
  try {
    const values = await model.predict(at)
    const target = tensor(values.shape, Float32Array.from(weights.slice(0, values.data.length)))
    const { gradient } = await model.lossAndGradient(at, { kind: 'dot', terms: [{ target, weight: 1 }] })
    return { values: [...values.data], gradient: [...gradient.data] }
  } finally {
    await model.dispose()
  }
}

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] ?? NaN, 5)
  })
}

test('x[mask] = 0 holds the gradient back where the mask is true', async () => {
  const bytes = masked(({ graph, x, mask, indices }) => {
    const flat = graph.node('Reshape', [mask, graph.ints([-1])])
    const count = graph.node('ReduceSum', [graph.node('Cast', [flat], { to: 7 })])
    const zeros = graph.node('Expand', [graph.floats([], [0]), count])
    return graph.node('ScatterND', [x, indices, graph.node('Reshape', [zeros, graph.ints([-1])])])
  })
  const { values, gradient } = await run(bytes)
  close(values, [0, -1, 0, 0, 0, -3])
  close(gradient, [0, 2, 0, 4, 0, 6])
})

test('a count read as a Shape is that of the image, not of zeros', async () => {
  const bytes = masked(({ graph, x, indices }) => {
    const shape = graph.node('Shape', [indices])
    const count = graph.node('Gather', [shape, graph.ints([0])])
    const ones = graph.node('Expand', [graph.floats([1], [1]), count])
    return graph.node('ScatterND', [x, indices, ones])
  })
  const { values, gradient } = await run(bytes)
  close(values, [1, -1, 1, 0, 1, -3])
  close(gradient, [0, 2, 0, 4, 0, 6])
})

test('x[mask] = log(x[mask]) has the gradient of the elements chosen, and no NaN of the others', async () => {
  const bytes = masked(({ graph, x, indices }) =>
    graph.node('ScatterND', [x, indices, graph.node('Log', [graph.node('GatherND', [x, indices])])]),
  )
  const { values, gradient } = await run(bytes)
  close(values, [Math.log(0.5), -1, Math.log(2), 0, 0, -3])
  close(gradient, [2, 2, 1.5, 4, 5, 6])
})

test('x[mask] += 2 x[mask] adds', async () => {
  const bytes = masked(({ graph, x, indices }) => {
    const doubled = graph.node('Mul', [graph.node('GatherND', [x, indices]), graph.floats([], [2])])
    return graph.node('ScatterND', [x, indices, doubled], { reduction: 'add' })
  })
  const { values, gradient } = await run(bytes)
  close(values, [1.5, -1, 6, 0, 3, -3])
  close(gradient, [3, 2, 9, 4, 15, 6])
})

test('the mean of x[mask] is that of the elements chosen', async () => {
  const bytes = masked(({ graph, x, indices }) => {
    const mean = graph.node('ReduceMean', [graph.node('GatherND', [x, indices])], { keepdims: 0 })
    return graph.node('Mul', [graph.node('Identity', [x]), mean])
  })
  const { values, gradient } = await run(bytes)
  const mean = 3.5 / 3
  close(
    values,
    [...at.data].map((value) => value * mean),
  )
  const inner = [...at.data].reduce((sum, value, index) => sum + value * (weights[index] ?? NaN), 0)
  close(
    gradient,
    [...at.data].map((value, index) => (weights[index] ?? NaN) * mean + (value > 0 ? inner / 3 : 0)),
  )
})

test.each([
  ['elements that are sorted', 'TopK'],
  ['their count', 'Shape'],
])('%s after a mask are refused by name, before a prediction too', async (_, opType) => {
  const bytes = masked(({ graph, x, indices }) => {
    const chosen = graph.node('GatherND', [x, indices])
    const result =
      opType === 'Shape'
        ? graph.node('Cast', [graph.node('Shape', [chosen])], { to: 1 })
        : graph.nodeWithOutputs('TopK', [chosen, graph.constant(int64Tensor([1], [0]))], 2)[0]!
    return graph.node('Add', [x, graph.node('ReduceSum', [result], { keepdims: 0 })])
  })
  const model = await createOnnxModel({ bytes, runtime, file: 'masks.onnx' })
  await expect(model.predict(at)).rejects.toMatchObject({
    code: 'model-unsupported',
    file: 'masks.onnx',
    message: expect.stringMatching(/^NonZero: the size of its result depends on the image.*'NonZero_1'/),
    tip: expect.stringContaining('torch.where'),
  })
  await model.dispose()
})

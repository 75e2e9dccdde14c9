import { describe, expect, test } from 'vitest'
import { distinctValues } from '../../../test/support/check-rule.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { LossSpec } from '../model/ports.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { int64Tensor } from '../onnx/onnx-tensor.ts'
import { tensor } from '../tensor/tensor.ts'
import { createOnnxModel, type OnnxModelOptions } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const x = distinctValues([2, 4])

type Build = (graph: GraphBuilder) => string

/** A graph that ends in what `build` returns, of a shape that it says. */
function open(
  build: Build,
  shape: readonly (string | number)[],
  opset = 17,
  options: Partial<OnnxModelOptions> = {},
) {
  const graph = new GraphBuilder({ opset })
  graph.output(build(graph), shape)
  return createOnnxModel({ bytes: encodeModel(graph.build()), runtime, ...options })
}

const gemm = (graph: GraphBuilder, outputs: number) =>
  graph.node('Gemm', [
    graph.input('x', ['batch', 4]),
    graph.floats([4, outputs], distinctValues([4, outputs]).data),
  ])
const one = (graph: GraphBuilder) => gemm(graph, 1)
const squeezed = (graph: GraphBuilder, value: string, axis = 1) =>
  graph.node('Squeeze', [value, graph.ints([axis])])

describe('a final activation', () => {
  const scores: Build = (graph) => gemm(graph, 3)
  const shape = ['batch', 3]
  const ending =
    (opType: string): Build =>
    (graph) =>
      graph.node(opType, [scores(graph)], opType === 'Sigmoid' ? {} : { axis: 1 })

  test.each([
    ['Softmax', 17],
    ['Softmax', 11],
    ['LogSoftmax', 17],
    ['Sigmoid', 17],
  ])('%s of opset %i is taken off', async (opType, opset) => {
    const expected = await (await open(scores, shape)).predict(x)
    expect(await (await open(ending(opType), shape, opset)).predict(x)).toEqual(expected)
  })

  test('stays when the card says that these are logits', async () => {
    const output = await (await open(ending('Sigmoid'), shape, 17, { activation: 'none' })).predict(x)
    expect(output.data.every((value) => value > 0 && value < 1)).toBe(true)
  })

  test('that is no node of its own becomes a logarithm, with the same gradient', async () => {
    const softmax: Build = (graph) => {
      const exp = graph.node('Exp', [scores(graph)])
      return graph.node('Div', [exp, graph.node('ReduceSum', [exp, graph.ints([1])])])
    }
    const loss: LossSpec = {
      kind: 'cross-entropy',
      terms: [{ target: tensor([2, 3], Float32Array.of(1, 0, 0, 0, 1, 0)), weight: 1 }],
    }
    const expected = await (await open(scores, shape)).lossAndGradient(x, loss)
    const found = await (await open(softmax, shape, 17, { activation: 'softmax' })).lossAndGradient(x, loss)
    found.gradient.data.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.gradient.data[index]!, 5)
    })
    expect(found.loss[0]).toBeCloseTo(expected.loss[0]!, 5)
  })

  test('that is no node of its own becomes log-odds for a sigmoid', async () => {
    const sigmoid: Build = (graph) =>
      graph.node('Div', [
        graph.floats([1], [1]),
        graph.node('Add', [graph.node('Exp', [graph.node('Neg', [scores(graph)])]), graph.floats([1], [1])]),
      ])
    const expected = await (await open(scores, shape)).predict(x)
    const found = await (await open(sigmoid, shape, 17, { activation: 'sigmoid' })).predict(x)
    found.data.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.data[index]!, 4)
    })
  })
})

describe('an activation, however it is spelled and whatever rearranges its results, is taken off:', () => {
  const one = (graph: GraphBuilder, value: number) => graph.floats([1], [value])
  const scores: Build = (graph) => gemm(graph, 3)
  const exp = (graph: GraphBuilder) => graph.node('Exp', [scores(graph)])
  const onePlus = (graph: GraphBuilder, value: string) => graph.node('Add', [value, one(graph, 1)])
  const ePower = (graph: GraphBuilder) => graph.node('Exp', [graph.node('Neg', [scores(graph)])])
  const softmax = (graph: GraphBuilder) => graph.node('Softmax', [scores(graph)], { axis: 1 })
  const sigmoid = (graph: GraphBuilder) => graph.node('Sigmoid', [scores(graph)])
  const forms: Readonly<Record<string, Build>> = {
    'Softmax, Reshape': (g) => g.node('Reshape', [softmax(g), g.ints([-1, 3])]),
    'Softmax, Unsqueeze, Squeeze': (g) => squeezed(g, g.node('Unsqueeze', [softmax(g), g.ints([2])]), 2),
    'Softmax, Flatten, Identity': (g) => g.node('Identity', [g.node('Flatten', [softmax(g)], { axis: 1 })]),
    'Softmax, Transpose twice': (g) => g.node('Transpose', [g.node('Transpose', [softmax(g)], { perm: [1, 0] })], { perm: [1, 0] }), // prettier-ignore
    'Softmax of the transposed': (g) => g.node('Transpose', [g.node('Softmax', [g.node('Transpose', [scores(g)], { perm: [1, 0] })], { axis: 0 })], { perm: [1, 0] }), // prettier-ignore
    'Softmax, Cast': (g) => g.node('Cast', [softmax(g)], { to: 1 }),
    'Softmax, Clip against log 0': (g) => g.node('Clip', [softmax(g), g.floats([], [1e-7]), g.floats([], [1 - 1e-7])]), // prettier-ignore
    'e^z / sum': (g) => {
      const powers = exp(g)
      return g.node('Div', [powers, g.node('ReduceSum', [powers, g.ints([-1])])])
    },
    'e^z times 1 / sum': (g) => {
      const powers = exp(g)
      return g.node('Mul', [g.node('Reciprocal', [g.node('ReduceSum', [powers, g.ints([1])])]), powers])
    },
    'e^LogSoftmax': (g) => g.node('Exp', [g.node('LogSoftmax', [scores(g)], { axis: 1 })]),
    'log Softmax': (g) => g.node('Log', [softmax(g)]),
    '1 / (1 + e^-z)': (g) => g.node('Div', [one(g, 1), onePlus(g, ePower(g))]),
    'Reciprocal of 1 + e^-z': (g) => g.node('Reciprocal', [onePlus(g, ePower(g))]),
    '(1 + e^-z)^-1': (g) => g.node('Pow', [onePlus(g, ePower(g)), one(g, -1)]),
    'e^z / (1 + e^z)': (g) => {
      const powers = exp(g)
      return g.node('Div', [powers, onePlus(g, powers)])
    },
    '1 - Sigmoid(-z)': (g) => g.node('Sub', [one(g, 1), g.node('Sigmoid', [g.node('Neg', [scores(g)])])]),
    '(tanh(z / 2) + 1) / 2': (g) => g.node('Mul', [onePlus(g, g.node('Tanh', [g.node('Mul', [scores(g), one(g, 0.5)])])), one(g, 0.5)]), // prettier-ignore
    'Sigmoid, Slice': (g) => g.node('Slice', [sigmoid(g), g.ints([0]), g.ints([3]), g.ints([1])]),
    'Sigmoid, Gather': (g) => g.node('Gather', [sigmoid(g), g.ints([0, 1, 2])], { axis: 1 }),
  }

  test.each(Object.keys(forms))('%s', async (form) => {
    const [network, plain] = await Promise.all([open(forms[form]!, ['batch', 3]), open(scores, ['batch', 3])])
    const large = tensor(x.shape, x.data.map((value) => 100 * value)) // prettier-ignore
    const [found, expected] = [await network.predict(large), await plain.predict(large)]
    found.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i]!, 3)
    })
    await Promise.all([network.dispose(), plain.dispose()])
  })

  test('but HardSigmoid, and a Softmax of which one class was taken, are not', async () => {
    for (const build of [
      (g: GraphBuilder) => g.node('HardSigmoid', [scores(g)]),
      (g: GraphBuilder) => g.node('Slice', [softmax(g), g.ints([0]), g.ints([2]), g.ints([1])]),
    ]) {
      const network = await open(build, ['batch', 'classes'])
      expect((await network.predict(x)).data.every((value) => value >= 0 && value <= 1)).toBe(true)
      await network.dispose()
    }
  })

  test.each<[string, Build]>([
    ['[N, K, 1, 1]', (g) => g.node('Softmax', [g.node('Reshape', [scores(g), g.ints([-1, 3, 1, 1])])], { axis: 1 })], // prettier-ignore
    ['[N, 1, 1, K]', (g) => g.node('Reshape', [softmax(g), g.ints([-1, 1, 1, 3])])],
  ])('an output %s is [N, K] where it is one prediction an image', async (_, build) => {
    const options = { isOneRow: true, activation: 'softmax' } as const
    const network = await open(build, ['batch', 'a', 'b', 'c'], 17, options)
    const expected = await (await open(scores, ['batch', 3])).predict(x)
    expect(await network.predict(x)).toEqual(expected)
    await network.dispose()
  })
})

describe('an output [N], of which the class axis was squeezed, is [N, 1]', () => {
  const forms: Readonly<Record<string, Build>> = {
    logits: (graph) => squeezed(graph, one(graph)),
    'probabilities, squeezed': (graph) => squeezed(graph, graph.node('Sigmoid', [one(graph)])),
    'probabilities of what was squeezed': (graph) => graph.node('Sigmoid', [squeezed(graph, one(graph))]),
    'a column': (graph) =>
      graph.node('Gather', [one(graph), graph.constant(int64Tensor([], [0]))], { axis: 1 }),
  }
  const loss: LossSpec = {
    kind: 'binary-cross-entropy',
    terms: [{ target: tensor([2, 1], Float32Array.of(1, 0)), weight: 1 }],
  }

  test.each(Object.keys(forms))('%s', async (form) => {
    const [network, plain] = await Promise.all([open(forms[form]!, ['batch']), open(one, ['batch', 1])])
    expect(network.output.shape).toEqual([null, 1])
    expect(await network.predict(x)).toEqual(await plain.predict(x))
    expect(await network.lossAndGradient(x, loss)).toEqual(await plain.lossAndGradient(x, loss))
    await Promise.all([network.dispose(), plain.dispose()])
  })
})

test('an output of which the batch was squeezed is none per sample', async () => {
  const network = await open((graph) => squeezed(graph, gemm(graph, 3), 0), [3])
  await expect(network.predict(distinctValues([1, 4]))).rejects.toThrow(
    'expected one output per sample, got [3, 1]',
  )
  await network.dispose()
})

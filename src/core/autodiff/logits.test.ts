import { describe, expect, test } from 'vitest'
import { distinctValues } from '../../../test/support/check-rule.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { LossSpec } from '../model/ports.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { int64Tensor } from '../onnx/onnx-tensor.ts'
import { tensor } from '../tensor/tensor.ts'
import { createOnnxModel } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const x = distinctValues([2, 4])

/** A graph that ends in what `build` returns, of a shape that it says. */
function open(build: (graph: GraphBuilder) => string, shape: readonly (string | number)[]) {
  const graph = new GraphBuilder()
  graph.output(build(graph), shape)
  return createOnnxModel({ bytes: encodeModel(graph.build()), runtime })
}

const gemm = (graph: GraphBuilder, outputs: number) =>
  graph.node('Gemm', [graph.input('x', ['batch', 4]), graph.floats([4, outputs], distinctValues([4, outputs]).data)])
const one = (graph: GraphBuilder) => gemm(graph, 1)
const squeezed = (graph: GraphBuilder, value: string, axis = 1) => graph.node('Squeeze', [value, graph.ints([axis])])

describe('an output [N], of which the class axis was squeezed, is [N, 1]', () => {
  const forms: Readonly<Record<string, (graph: GraphBuilder) => string>> = {
    logits: (graph) => squeezed(graph, one(graph)),
    'probabilities, squeezed': (graph) => squeezed(graph, graph.node('Sigmoid', [one(graph)])),
    'probabilities of what was squeezed': (graph) => graph.node('Sigmoid', [squeezed(graph, one(graph))]),
    'a column': (graph) => graph.node('Gather', [one(graph), graph.constant(int64Tensor([], [0]))], { axis: 1 }),
  }
  const loss: LossSpec = { kind: 'binary-cross-entropy', terms: [{ target: tensor([2, 1], Float32Array.of(1, 0)), weight: 1 }] }

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
  await expect(network.predict(distinctValues([1, 4]))).rejects.toThrow('expected one output per sample, got [3, 1]')
  await network.dispose()
})

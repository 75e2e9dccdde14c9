import { expect, test } from 'vitest'
import { checkRule, distinctValues, ruleTolerance } from '../../../test/support/check-rule.ts'
import { bodyAttribute, float32Value } from '../../../test/support/onnx-models.ts'
import { composites, decomposed } from '../../../test/support/rule-cases/composites.ts'
import { nameOf } from '../../../test/support/rule-cases/values.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { LossSpec } from '../model/ports.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import type { Attribute } from '../onnx/graph.ts'
import { tensor } from '../tensor/tensor.ts'
import { createOnnxModel } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

test.each([...composites, ...decomposed].map((each) => [nameOf(each), each] as const))(
  '%s: the gradient agrees with differences after simplification',
  async (_, ruleCase) => {
    expect(await checkRule(ruleCase, { simplify: true })).toBeLessThan(ruleTolerance)
  },
)

/** A subgraph that computes f(−x) of a value `name` of the graph around it; it has values of its own. */
function branch(attribute: string, opType: string, name: string): Attribute {
  const [inner, outer] = [`${attribute}_inner`, `${attribute}_outer`]
  return bodyAttribute(attribute, {
    inputs: [],
    outputs: [float32Value(outer, [null, 4])],
    nodes: [
      ['Neg', [name], inner],
      [opType, [inner], outer],
    ],
  })
}

/** x [N, 4] → exp(−x) or tanh(−x), chosen by a condition. */
function withIf(condition: (graph: GraphBuilder, x: string) => string): Uint8Array {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const branches = {
    then_branch: branch('then_branch', 'Exp', x),
    else_branch: branch('else_branch', 'Tanh', x),
  }
  graph.output(graph.node('If', [condition(graph, x)], branches))
  return encodeModel(graph.build())
}

const at = distinctValues([2, 4])
const loss: LossSpec = {
  kind: 'dot',
  terms: [{ target: tensor([2, 4], new Float32Array(8).fill(1)), weight: 1 }],
}

test('an If whose condition depends on shapes only is its branch', async () => {
  const bytes = withIf((graph, x) => {
    const columns = graph.node('Gather', [graph.node('Shape', [x]), graph.ints([1])])
    return graph.node('Squeeze', [graph.node('Equal', [columns, graph.ints([4])])])
  })
  const model = await createOnnxModel({ bytes, runtime })
  const { gradient } = await model.lossAndGradient(at, loss)
  gradient.data.forEach((value, index) => {
    expect(value).toBeCloseTo(-Math.exp(-at.data[index]!), 5)
  })
  await model.dispose()
})

test('sequences are refused by name', async () => {
  const graph = new GraphBuilder()
  const parts = graph.node('SplitToSequence', [graph.input('x', ['batch', 4]), graph.ints([2, 2])], {
    axis: 1,
  })
  graph.output(graph.node('ConcatFromSequence', [parts], { axis: 0 }))
  const model = await createOnnxModel({ bytes: encodeModel(graph.build()), runtime, file: 'sequences.onnx' })
  await expect(model.predict(at)).rejects.toMatchObject({
    code: 'model-unsupported',
    file: 'sequences.onnx',
    message: expect.stringMatching(
      /^SplitToSequence: sequences of tensors are not supported \(node 'SplitToSequence_0'\)$/,
    ),
  })
})

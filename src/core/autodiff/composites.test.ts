import { expect, test } from 'vitest'
import { checkRule, distinctValues, ruleTolerance } from '../../../test/support/check-rule.ts'
import { float32Value, smallModel } from '../../../test/support/onnx-models.ts'
import { composites } from '../../../test/support/rule-cases/composites.ts'
import { nameOf } from '../../../test/support/rule-cases/values.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import type { Attribute } from '../onnx/graph.ts'
import { attributeProto, graphProto, modelProto } from '../onnx/proto.ts'
import { tensor } from '../tensor/tensor.ts'
import { createOnnxModel } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

test.each(composites.map((each) => [nameOf(each), each] as const))(
  '%s: the gradient agrees with differences after simplification',
  async (_, ruleCase) => {
    expect(await checkRule(ruleCase, { simplify: true })).toBeLessThan(ruleTolerance)
  },
)

/** AttributeProto.AttributeType.GRAPH */
const graphType = 5

/** A subgraph of one node that reads `name` from the graph around it. */
function branch(attribute: string, opType: string, name: string): Attribute {
  const outputs = [float32Value(attribute, [null, 4])]
  const { graph: g } = modelProto.decode(smallModel({ inputs: [], outputs, nodes: [[opType, [name], attribute]] }))
  if (g === null) throw new Error('no graph')
  return { opaque: attributeProto.encode({ name: attribute, type: graphType, g: graphProto.encode(g) }) }
}

test('an If whose condition depends on shapes only is its branch', async () => {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const features = graph.node('Neg', [x])
  const columns = graph.node('Gather', [graph.node('Shape', [features]), graph.ints([1])])
  const condition = graph.node('Equal', [columns, graph.ints([4])])
  const scalar = graph.node('Squeeze', [condition])
  graph.output(
    graph.node('If', [scalar], {
      then_branch: branch('then_branch', 'Exp', features),
      else_branch: branch('else_branch', 'Tanh', features),
    }),
  )
  const model = await createOnnxModel({ bytes: encodeModel(graph.build()), runtime })
  const at = distinctValues([2, 4])
  const target = tensor([2, 4], new Float32Array(8).fill(1))
  const { gradient } = await model.lossAndGradient(at, { kind: 'dot', terms: [{ target, weight: 1 }] })
  gradient.data.forEach((value, index) => {
    expect(value).toBeCloseTo(-Math.exp(-at.data[index]!), 6)
  })
  await model.dispose()
})

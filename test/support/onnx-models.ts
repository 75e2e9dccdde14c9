import { encodeModel } from '../../src/core/onnx/codec.ts'
import { attributeProto, graphProto, modelProto } from '../../src/core/onnx/proto.ts'
import type { Attribute, Attributes, OnnxNode, ValueInfo } from '../../src/core/onnx/graph.ts'
import type { OnnxTensor } from '../../src/core/onnx/onnx-tensor.ts'

/** A node written as [opType, inputs, output, attributes]. */
export type NodeRow = readonly [
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes?: Attributes,
]

export interface SmallModel {
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly nodes: readonly NodeRow[]
  readonly initializers?: Readonly<Record<string, OnnxTensor>>
  readonly opset?: number
}

/** The ModelProto of a graph of a few nodes, for tests. */
export function smallModel({
  inputs,
  outputs,
  nodes,
  initializers = {},
  opset = 17,
}: SmallModel): Uint8Array {
  return encodeModel({
    irVersion: 8,
    opsets: new Map([['', opset]]),
    producer: 'radversary test',
    functions: [],
    graph: {
      name: 'test',
      nodes: nodes.map(toNode),
      initializers: new Map(Object.entries(initializers)),
      inputs,
      outputs,
      valueInfos: new Map(),
    },
  })
}

/** AttributeProto.AttributeType.GRAPH */
const graphType = 5

/** A body of If, Loop or Scan, as the attribute `name`. */
export function bodyAttribute(name: string, body: SmallModel): Attribute {
  const { graph } = modelProto.decode(smallModel(body))
  if (graph === null) throw new Error('no graph')
  return { opaque: attributeProto.encode({ name, type: graphType, g: graphProto.encode(graph) }) }
}

function toNode([opType, inputs, output, attributes = {}]: NodeRow): OnnxNode {
  return { opType, domain: '', name: `${opType} of ${output}`, inputs, outputs: [output], attributes }
}

export function float32Value(name: string, shape: ValueInfo['shape']): ValueInfo {
  return { name, dataType: 'float32', shape }
}

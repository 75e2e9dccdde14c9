import { withSubgraph } from './codec.ts'
import type { Attribute, OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from './graph.ts'
import { dataTypeCode, type DataType } from './data-type.ts'
import { float32Tensor, floatValues, type OnnxTensor } from './onnx-tensor.ts'

/**
 * A half-precision model in float32, which holds its weights exactly: gradients need the digits, and
 * processors no half precision. Bodies of If, Loop and Scan are widened with it.
 */
export function toFloat32(model: OnnxModel): OnnxModel {
  const graph = widenedGraph(model.graph)
  return graph === model.graph ? model : { ...model, graph }
}

function widenedGraph(graph: OnnxGraph): OnnxGraph {
  if (!usesHalf(graph)) return graph
  return {
    ...graph,
    nodes: graph.nodes.map(widenedNode),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widenedTensor(tensor)])),
    inputs: graph.inputs.map(widenedInfo),
    outputs: graph.outputs.map(widenedInfo),
    valueInfos: new Map(),
  }
}

function usesHalf(graph: OnnxGraph): boolean {
  const infos = [...graph.inputs, ...graph.outputs, ...graph.valueInfos.values()]
  return (
    [...graph.initializers.values(), ...infos].some(({ dataType }) => isHalf(dataType)) ||
    graph.nodes.some((node) =>
      Object.entries(node.attributes).some(([name, value]) => widenedAttribute(node, name, value) !== value),
    )
  )
}

function isHalf(dataType: DataType | null): boolean {
  return dataType === 'float16' || dataType === 'bfloat16'
}

function widenedInfo(info: ValueInfo): ValueInfo {
  return isHalf(info.dataType) ? { ...info, dataType: 'float32' } : info
}

function widenedTensor(tensor: OnnxTensor): OnnxTensor {
  return isHalf(tensor.dataType) ? float32Tensor(tensor.shape, floatValues(tensor)) : tensor
}

function widenedNode(node: OnnxNode): OnnxNode {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => [name, widenedAttribute(node, name, value)] as const,
  )
  return { ...node, attributes: Object.fromEntries(attributes) }
}

/** Constants and bodies, and the target type of Cast (`to`) and of random and eye-like operators (`dtype`). */
function widenedAttribute(node: OnnxNode, name: string, value: Attribute): Attribute {
  if (typeof value === 'object' && 'tensor' in value && isHalf(value.tensor.dataType))
    return { tensor: widenedTensor(value.tensor) }
  if (typeof value === 'object' && 'opaque' in value) return withSubgraph(value, widenedGraph)
  const isType = name === 'dtype' || (node.opType === 'Cast' && name === 'to')
  return isType && (value === dataTypeCode('float16') || value === dataTypeCode('bfloat16'))
    ? dataTypeCode('float32')
    : value
}

import { withSubgraph } from './codec.ts'
import type { Attribute, OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from './graph.ts'
import { dataTypeCode, dataTypeOf, type DataType } from './data-type.ts'
import { float32Tensor, floatValues, type OnnxTensor } from './onnx-tensor.ts'

/** Whether a type is to become float32. */
type IsOther = (dataType: DataType | null) => boolean

/**
 * A half-precision model in float32, which holds its weights exactly: gradients need the digits, and
 * processors no half precision. A model whose input is float64 becomes one of float32 too, rounded: images
 * and gradients are float32 everywhere. Bodies of If, Loop and Scan are converted with it.
 */
export function toFloat32(model: OnnxModel): OnnxModel {
  const isDouble = model.graph.inputs.some(({ dataType }) => dataType === 'float64')
  const isOther: IsOther = (dataType) =>
    dataType === 'float16' || dataType === 'bfloat16' || (isDouble && dataType === 'float64')
  const graph = convertedGraph(model.graph, isOther)
  return graph === model.graph ? model : { ...model, graph }
}

function convertedGraph(graph: OnnxGraph, isOther: IsOther): OnnxGraph {
  if (!usesOther(graph, isOther)) return graph
  const info = (one: ValueInfo): ValueInfo => (isOther(one.dataType) ? { ...one, dataType: 'float32' } : one)
  return {
    ...graph,
    nodes: graph.nodes.map((node) => convertedNode(node, isOther)),
    initializers: new Map(
      [...graph.initializers].map(([name, tensor]) => [name, convertedTensor(tensor, isOther)]),
    ),
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    valueInfos: new Map(),
  }
}

function usesOther(graph: OnnxGraph, isOther: IsOther): boolean {
  const infos = [...graph.inputs, ...graph.outputs, ...graph.valueInfos.values()]
  return (
    [...graph.initializers.values(), ...infos].some(({ dataType }) => isOther(dataType)) ||
    graph.nodes.some((node) =>
      Object.entries(node.attributes).some(
        ([name, value]) => convertedAttribute(node, [name, value], isOther) !== value,
      ),
    )
  )
}

function convertedTensor(tensor: OnnxTensor, isOther: IsOther): OnnxTensor {
  return isOther(tensor.dataType) ? float32Tensor(tensor.shape, floatValues(tensor)) : tensor
}

function convertedNode(node: OnnxNode, isOther: IsOther): OnnxNode {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => [name, convertedAttribute(node, [name, value], isOther)] as const,
  )
  return { ...node, attributes: Object.fromEntries(attributes) }
}

/**
 * Constants and bodies, and the target type of Cast (`to`) and of random and eye-like operators (`dtype`).
 */
function convertedAttribute(
  node: OnnxNode,
  [name, value]: readonly [name: string, value: Attribute],
  isOther: IsOther,
): Attribute {
  if (typeof value === 'object' && 'tensor' in value && isOther(value.tensor.dataType))
    return { tensor: convertedTensor(value.tensor, isOther) }
  if (typeof value === 'object' && 'opaque' in value)
    return withSubgraph(value, (graph) => convertedGraph(graph, isOther))
  const isType = name === 'dtype' || (node.opType === 'Cast' && name === 'to')
  return isType && typeof value === 'number' && isOther(dataTypeOf(value)) ? dataTypeCode('float32') : value
}

import { RadversaryError } from '../errors.ts'
import { decodeAttribute, encodeAttribute } from './attributes.ts'
import { dataTypeCode, dataTypeOf } from './data-type.ts'
import type { Attribute, Dimension, OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from './graph.ts'
import type { OnnxTensor } from './onnx-tensor.ts'
import {
  attributeProto,
  graphProto,
  modelProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.ts'
import { decodeTensor, encodeApart, encodeTensor } from './tensor-codec.ts'

/**
 * An ONNX ModelProto as a typed graph. Weights stay views into `bytes`.
 *
 * Throws `model-unreadable` for anything that is no ONNX model, `model-unsupported` for element types without
 * a gradient's use.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  try {
    return decodeMessage(modelProto.decode(bytes))
  } catch (error) {
    throw error instanceof RadversaryError ? error : notOnnx(error)
  }
}

function decodeMessage(message: ModelProto): OnnxModel {
  if (message.graph === null || message.opsetImport.length === 0) throw notOnnx(undefined)
  return {
    irVersion: Number(message.irVersion),
    opsets: new Map(
      message.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]),
    ),
    producer: `${message.producerName} ${message.producerVersion}`.trim(),
    graph: decodeGraph(message.graph),
    metadata: Object.fromEntries(message.metadataProps.map(({ key, value }) => [key, value])),
    functions: message.functions,
  }
}

/** The ModelProto of a graph, with every constant inside. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return modelProto.encode(messageOf(model, encodeTensor))
}

/** A ModelProto whose large constants lie beside it, by the location that it names (ONNX external data). */
export interface EncodedModel {
  readonly bytes: Uint8Array
  readonly externalData: Readonly<Record<string, Uint8Array>>
}

/** Constants below this stay in the message: ONNX Runtime infers shapes from small ones. */
const leastApart = 1024

/**
 * The ModelProto of a graph, its large constants beside it: they are shared with the model, neither written
 * nor copied, however large they are.
 */
export function encodeModelApart(model: OnnxModel): EncodedModel {
  const externalData: Record<string, Uint8Array> = {}
  const message = messageOf(model, (name, tensor) => {
    if (tensor.raw.byteLength < leastApart) return encodeTensor(name, tensor)
    const location = `constant${Object.keys(externalData).length}`
    externalData[location] = tensor.raw
    return encodeApart(name, tensor, location)
  })
  return { bytes: modelProto.encode(message), externalData }
}

type EncodeConstant = (name: string, tensor: OnnxTensor) => TensorProto

function messageOf(model: OnnxModel, encodeConstant: EncodeConstant): Partial<ModelProto> {
  return {
    irVersion: model.irVersion,
    opsetImport: [...model.opsets].map(([domain, version]) => ({ domain, version })),
    producerName: model.producer,
    graph: encodeGraph(model.graph, encodeConstant),
    metadataProps: Object.entries(model.metadata ?? {}).map(([key, value]) => ({ key, value })),
    functions: [...model.functions],
  }
}

/** The body of If, Loop or Scan that an attribute holds; undefined for any other attribute. */
export function subgraphOf(value: Attribute | undefined): OnnxGraph | undefined {
  if (typeof value !== 'object' || !('opaque' in value)) return undefined
  const { g } = attributeProto.decode(value.opaque)
  return g.length === 0 ? undefined : decodeGraph(graphProto.decode(g))
}

/** A node and all those of its bodies. */
export function withInner(node: OnnxNode): OnnxNode[] {
  const inner = Object.values(node.attributes).flatMap((value) => subgraphOf(value)?.nodes ?? [])
  return [node, ...inner.flatMap(withInner)]
}

/** A body of If, Loop or Scan, changed; any other attribute, and one that `change` leaves alone, as it is. */
export function withSubgraph(value: Attribute, change: (graph: OnnxGraph) => OnnxGraph): Attribute {
  const graph = subgraphOf(value)
  if (graph === undefined || typeof value !== 'object' || !('opaque' in value)) return value
  const changed = change(graph)
  if (changed === graph) return value
  const message = attributeProto.decode(value.opaque)
  const g = graphProto.encode(encodeGraph(changed, encodeTensor))
  return { opaque: attributeProto.encode({ ...message, g }) }
}

function notOnnx(cause: unknown): RadversaryError {
  return new RadversaryError(
    'model-unreadable',
    'ModelProto: expected an ONNX model, got something else or a damaged file',
    {
      tip: 'Check that the file is the .onnx file itself and that it was copied completely.',
      cause,
    },
  )
}

function decodeGraph(message: GraphProto): OnnxGraph {
  if (message.sparseInitializer.length > 0)
    throw new RadversaryError('model-unsupported', 'GraphProto: expected dense initializers, got sparse ones')
  const initializers = new Map(message.initializer.map((each) => [each.name, decodeTensor(each)]))
  return {
    name: message.name,
    nodes: message.node.map(decodeNode),
    initializers,
    inputs: message.input.map(decodeValueInfo).filter(({ name }) => !initializers.has(name)),
    outputs: message.output.map(decodeValueInfo),
    valueInfos: new Map(message.valueInfo.map((each) => [each.name, decodeValueInfo(each)])),
  }
}

function decodeNode(message: NodeProto): OnnxNode {
  return {
    opType: message.opType,
    domain: message.domain === 'ai.onnx' ? '' : message.domain,
    name: message.name,
    inputs: message.input,
    outputs: message.output,
    attributes: Object.fromEntries(message.attribute.map(decodeAttribute)),
  }
}

function decodeValueInfo(message: ValueInfoProto): ValueInfo {
  const type = message.type?.tensorType ?? null
  if (type === null) return { name: message.name, dataType: null, shape: null }
  const dataType = type.elemType === 0 ? null : dataTypeOf(type.elemType)
  return { name: message.name, dataType, shape: type.shape?.dim.map(decodeDimension) ?? null }
}

function decodeDimension(message: { dimValue?: unknown; dimParam?: string }): Dimension {
  if (Object.hasOwn(message, 'dimValue')) return Number(message.dimValue)
  return message.dimParam === undefined || message.dimParam === '' ? null : message.dimParam
}

function encodeGraph(graph: OnnxGraph, encodeConstant: EncodeConstant): GraphProto {
  const message: Omit<GraphProto, 'sparseInitializer'> = {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: [...graph.initializers].map(([name, tensor]) => encodeConstant(name, tensor)),
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
    valueInfo: [...graph.valueInfos.values()].map(encodeValueInfo),
  }
  return { ...message, sparseInitializer: [] }
}

function encodeNode(node: OnnxNode): NodeProto {
  return {
    opType: node.opType,
    domain: node.domain,
    name: node.name,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
  }
}

function encodeValueInfo(info: ValueInfo): ValueInfoProto {
  if (info.dataType === null) return { name: info.name, type: null }
  const shape = info.shape === null ? null : { dim: info.shape.map(encodeDimension) }
  return { name: info.name, type: { tensorType: { elemType: dataTypeCode(info.dataType), shape } } }
}

function encodeDimension(dimension: Dimension): { dimValue?: number; dimParam?: string } {
  if (dimension === null) return {}
  return typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension }
}

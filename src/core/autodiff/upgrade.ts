import { internalError, RadversaryError } from '../errors.ts'
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../onnx/attributes.ts'
import { type Attributes, type OnnxNode, opsetOf } from '../onnx/graph.ts'
import { float32Tensor, int64Tensor, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import { extentOf, largestFloat32, type Shape, sizeOf } from '../tensor/tensor.ts'
import { axisOf } from './shapes.ts'
import type { TypedGraph } from './typed-graph.ts'
import type { Value } from './emitter.ts'

/** The form that rules read and write (ONNX operator set 18, December 2022). */
export const ruleOpset = 18

/** Rewrites one node of an older operator set into the form of opset 18. */
type Upgrade = (node: OnnxNode, graph: Upgrader) => OnnxNode[]

interface Upgrader {
  readonly opset: number
  shapeOf(name: string): Shape
  constant(tensor: OnnxTensor): string
  /** A new intermediate value. */
  value(shape: Shape): string
}

/** Operators whose form changed between opset 7 and 18 in a way that matters to a forward pass in float32. */
const upgrades: Readonly<Record<string, Upgrade>> = {
  Squeeze: axesAsInput,
  Unsqueeze: axesAsInput,
  ReduceSum: axesAsInput,
  ReduceMean: axesAsInput,
  ReduceMax: axesAsInput,
  ReduceMin: axesAsInput,
  ReduceProd: axesAsInput,
  ReduceL1: axesAsInput,
  ReduceL2: axesAsInput,
  ReduceLogSum: axesAsInput,
  ReduceLogSumExp: axesAsInput,
  ReduceSumSquare: axesAsInput,
  Split: (node, graph) => [splitSizesAsInput(node, graph)],
  Softmax: flattenedSoftmax,
  LogSoftmax: flattenedSoftmax,
  Hardmax: flattenedSoftmax,
  Clip: (node, graph) => [clipLimitsAsInputs(node, graph)],
  Pad: (node, graph) => [padsAsInput(node, graph)],
  Slice: (node, graph) => [rangesAsInputs(node, graph)],
  Scatter: (node) => [{ ...node, opType: 'ScatterElements' }],
  Upsample: (node, graph) => [upsampleAsResize(node, graph)],
  Resize: (node, graph) => [resizeWithRoi(node, graph)],
  RoiAlign: (node, graph) => [roiAlignedAtEdges(node, graph)],
  Dropout: (node) => [{ ...node, attributes: {} }],
}

/** The same graph in the form of opset 18; graphs of later opsets stay as they are. */
export function upgrade(graph: TypedGraph): TypedGraph {
  const opset = opsetOf(graph)
  if (opset < 7)
    throw new RadversaryError('model-unsupported', `Model: expected opset 7 or later, got ${opset}`, {
      tip: 'Export the model again with opset 11 or later.',
    })
  if (opset >= ruleOpset) return graph
  const values = new Map(graph.values)
  const upgrader = upgraderOf(opset, values, graph.freshPrefix)
  const nodes = graph.nodes.flatMap(
    (node) => (node.domain === '' ? upgrades[node.opType]?.(node, upgrader) : undefined) ?? [node],
  )
  const opsets = new Map(graph.opsets).set('', ruleOpset)
  return {
    ...graph,
    nodes,
    values,
    opsets,
    irVersion: Math.max(graph.irVersion, 8),
    freshPrefix: `${graph.freshPrefix}d`,
  }
}

function upgraderOf(opset: number, values: Map<string, Value>, prefix: string): Upgrader {
  let count = 0
  const add = (value: Omit<Value, 'name'>): string => {
    count += 1
    const name = `${prefix}${count}_upgrade`
    values.set(name, { name, ...value })
    return name
  }
  return {
    opset,
    shapeOf: (name) => {
      const value = values.get(name)
      if (value === undefined) throw internalError(`no shape of '${name}'`)
      return value.shape
    },
    constant: (tensor) => add({ shape: tensor.shape, dataType: tensor.dataType, constant: tensor }),
    value: (shape) => add({ shape, dataType: 'float32' }),
  }
}

function without(attributes: Attributes, ...names: string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)))
}

/** Squeeze and Unsqueeze before 13, ReduceSum before 13, other reductions before 18. */
function axesAsInput(node: OnnxNode, graph: Upgrader): OnnxNode[] {
  const axes = intsAttribute(node, 'axes')
  if (axes === undefined) return [node]
  const input = graph.constant(int64Tensor([axes.length], axes))
  return [{ ...node, inputs: [node.inputs[0] ?? '', input], attributes: without(node.attributes, 'axes') }]
}

/** Sizes are an input since 13; equal parts have to be counted since 18. */
function splitSizesAsInput(node: OnnxNode, graph: Upgrader): OnnxNode {
  const axis = intAttribute(node, 'axis', 0)
  if (node.inputs[1] !== undefined && node.inputs[1] !== '') return node
  const sizes = node.outputs.map((name) => extentOf(graph.shapeOf(name), axis))
  const input = graph.constant(int64Tensor([sizes.length], sizes))
  return { ...node, inputs: [node.inputs[0] ?? '', input], attributes: { axis } }
}

/** Before 13 the softmax ran over all axes from `axis` on, as if flattened. */
function flattenedSoftmax(node: OnnxNode, graph: Upgrader): OnnxNode[] {
  if (graph.opset >= 13) return [node]
  const shape = graph.shapeOf(node.inputs[0] ?? '')
  const axis = axisOf(intAttribute(node, 'axis', 1), shape.length)
  if (sizeOf(shape.slice(axis + 1)) === 1) return [{ ...node, attributes: { axis } }]
  const rows = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]
  const [flat, result] = [graph.value(rows), graph.value(rows)]
  return [
    reshapeNode(node.inputs[0] ?? '', flat, graph.constant(int64Tensor([2], rows))),
    { ...node, inputs: [flat], outputs: [result], attributes: { axis: 1 } },
    reshapeNode(result, node.outputs[0] ?? '', graph.constant(int64Tensor([shape.length], shape))),
  ]
}

function reshapeNode(input: string, output: string, shape: string): OnnxNode {
  return {
    opType: 'Reshape',
    domain: '',
    name: output,
    inputs: [input, shape],
    outputs: [output],
    attributes: {},
  }
}

/** min and max are inputs since 11. */
function clipLimitsAsInputs(node: OnnxNode, graph: Upgrader): OnnxNode {
  if (graph.opset >= 11) return node
  const limits = [floatAttribute(node, 'min', -largestFloat32), floatAttribute(node, 'max', largestFloat32)]
  const inputs = limits.map((limit) => graph.constant(float32Tensor([], [limit])))
  return { ...node, inputs: [node.inputs[0] ?? '', ...inputs], attributes: {} }
}

/** pads and value are inputs since 11. */
function padsAsInput(node: OnnxNode, graph: Upgrader): OnnxNode {
  if (graph.opset >= 11) return node
  const pads = intsAttribute(node, 'pads') ?? []
  const value = float32Tensor([], [floatAttribute(node, 'value', 0)])
  const inputs = [
    node.inputs[0] ?? '',
    graph.constant(int64Tensor([pads.length], pads)),
    graph.constant(value),
  ]
  return { ...node, inputs, attributes: { mode: stringAttribute(node, 'mode', 'constant') } }
}

/** starts, ends and axes are inputs since 10. */
function rangesAsInputs(node: OnnxNode, graph: Upgrader): OnnxNode {
  if (graph.opset >= 10) return node
  const starts = intsAttribute(node, 'starts') ?? []
  const ranges = [
    starts,
    intsAttribute(node, 'ends') ?? [],
    intsAttribute(node, 'axes') ?? starts.map((_, axis) => axis),
  ]
  const inputs = ranges.map((range) => graph.constant(int64Tensor([range.length], range)))
  return { ...node, inputs: [node.inputs[0] ?? '', ...inputs], attributes: {} }
}

/** Upsample (7 to 9) and Resize 10 map coordinates asymmetrically and round down. */
const upsampling = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }

function upsampleAsResize(node: OnnxNode, graph: Upgrader): OnnxNode {
  const attribute = node.attributes['scales']
  const scales =
    attribute !== undefined && typeof attribute === 'object' && 'floats' in attribute
      ? graph.constant(float32Tensor([attribute.floats.length], attribute.floats))
      : (node.inputs[1] ?? '')
  const attributes = { ...without(node.attributes, 'scales'), ...upsampling }
  return { ...node, opType: 'Resize', inputs: [node.inputs[0] ?? '', '', scales], attributes }
}

function resizeWithRoi(node: OnnxNode, graph: Upgrader): OnnxNode {
  if (graph.opset > 10) return node
  const attributes = { ...node.attributes, ...upsampling }
  return { ...node, inputs: [node.inputs[0] ?? '', '', node.inputs[1] ?? ''], attributes }
}

/** Before 16 regions were not shifted by half a pixel. */
function roiAlignedAtEdges(node: OnnxNode, graph: Upgrader): OnnxNode {
  if (graph.opset >= 16) return node
  const attributes = { ...node.attributes, coordinate_transformation_mode: 'output_half_pixel' }
  return { ...node, attributes }
}

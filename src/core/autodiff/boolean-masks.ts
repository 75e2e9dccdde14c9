import { intAttribute, intsAttribute, stringAttribute } from '../onnx/attributes.ts'
import { nodesLeadingTo } from '../onnx/graph-walk.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { numericValues } from '../onnx/onnx-tensor.ts'
import { sizeOf } from '../tensor/tensor.ts'
import { Emitter, type Value } from './emitter.ts'
import {
  assignedRows,
  rowsOfMask,
  extentOfRows,
  type MaskWalk,
  pooledRows,
  rowwise,
  type Selection,
} from './row-masks.ts'
import { broadcastShapes, sameShape } from './shapes.ts'
import { firstOutput, type TypedGraph } from './typed-graph.ts'
import { refuseVarying, variesInSize } from './varying-sizes.ts'

/** Elementwise operators that may stand between reading x[mask] and writing it. */
const elementwise = new Set(
  (
    'Abs Add And Cast Clip Cos Div Elu Equal Erf Exp Floor Greater GreaterOrEqual Identity LeakyRelu Less ' +
    'LessOrEqual Log Max Min Mod Mul Neg Not Or Pow Reciprocal Relu Round Sigmoid Sign Sin Softplus Sqrt Sub ' +
    'Tanh Where'
  ).split(' '),
)

/** Operators through which the numbers of rows that a mask chose go on to those who read and write them. */
const movesPlaces = new Set(['Cast', 'Expand', 'Identity', 'Reshape', 'Split', 'Squeeze', 'Unsqueeze'])

/**
 * Stands in for elements that a mask leaves out. Their results are dropped, but 0 · ∞ would reach the
 * gradient if they lay at a pole or outside an operator's domain: (0, 1) is inside of all, and no model has
 * its pole just here.
 */
const leftOut = 0.7310586

/**
 * The same graph with assignments and means through boolean masks (`x[mask] = …`, `x[mask].mean()`: NonZero,
 * GatherND, ScatterND; of rows Gather, ScatterElements) in full size, as Where. Throws `model-unsupported`
 * when another size that depends on the image's elements leads to the output.
 */
export function withFullMasks(graph: TypedGraph, device: string): TypedGraph {
  if (!graph.nodes.some((node) => variesInSize(node, new Set()))) return graph
  const pass = new MaskPass(graph, new Emitter(device, `${graph.freshPrefix}0_`))
  for (const node of graph.nodes) pass.take(node)
  const nodes = nodesLeadingTo(pass.nodes, [graph.output.name])
  refuseVarying(nodes, graph.output.name)
  const values = new Map([
    ...graph.values,
    ...pass.emit.values().map((value) => [value.name, value] as const),
  ])
  return { ...graph, nodes, values, freshPrefix: `${graph.freshPrefix}p` }
}

class MaskPass implements MaskWalk {
  readonly nodes: OnnxNode[] = []
  /** Masks by the values that hold their indices: NonZero's [rank, count] and its transpose. */
  private readonly rows = new Map<string, Value>()
  private readonly indices = new Map<string, Value>()
  readonly places = new Map<string, Value>()
  readonly selections = new Map<string, Selection>()
  readonly shapes = new Map<string, Selection>()
  private readonly varying = new Set<string>()

  constructor(
    readonly graph: TypedGraph,
    readonly emit: Emitter,
  ) {}

  /** Adds a node, and what it is in full size. */
  take(node: OnnxNode): void {
    const start = this.emit.nodes.length
    const result = node.domain === '' ? this.resultOf(node) : null
    this.nodes.push(...this.emit.nodes.slice(start))
    const output = firstOutput(node)
    if (result === null && variesInSize(node, this.varying))
      for (const name of node.outputs.filter(Boolean)) this.varying.add(name)
    this.nodes.push(
      result === null
        ? node
        : { ...node, opType: 'Identity', inputs: [result.name], outputs: [output], attributes: {} },
    )
  }

  /** The node's result where that has a fixed size; null leaves the node as it is. */
  private resultOf(node: OnnxNode): Value | null {
    const selection = this.selectionOf(node)
    if (selection !== null) this.selections.set(firstOutput(node), selection)
    else if (node.opType === 'ScatterND') return this.assigned(node)
    else if (node.opType === 'ScatterElements') return assignedRows(node, this)
    else if (node.opType === 'Gather') return extentOfRows(node, this)
    else if (node.opType === 'ReduceSum' || node.opType === 'ReduceMean') return this.reduced(node)
    else this.noteIndices(node)
    return null
  }

  /** Notes where the indices of a mask go: NonZero's [rank, count], and what only moves them. */
  private noteIndices(node: OnnxNode): void {
    const [input = ''] = node.inputs
    const output = firstOutput(node)
    const selection = this.selections.get(input)
    if (node.opType === 'Shape' && selection !== undefined) this.shapes.set(output, selection)
    const mask = this.varying.has(input) ? undefined : this.graph.values.get(input)
    if (node.opType === 'NonZero' && mask !== undefined) this.rows.set(output, mask)
    const [row, index] = [this.rows.get(input), this.indices.get(input)]
    if (node.opType === 'Transpose' && row !== undefined) this.indices.set(output, row)
    const place = this.places.get(input) ?? index ?? row
    if (place?.shape.length === 1 && this.keepsRowsFirst(node)) this.places.set(output, place)
  }

  /** Whether numbers of rows stay in their order along the first axis; others may follow it. */
  private keepsRowsFirst(node: OnnxNode): boolean {
    if (node.outputs.length !== 1 || !movesPlaces.has(node.opType)) return false
    const constant = this.value(node, 1)?.constant
    const first = constant === undefined ? undefined : numericValues(constant)
    if (node.opType === 'Reshape') return first?.[0] === -1 && first.slice(1).every((extent) => extent === 1)
    return node.opType !== 'Unsqueeze' || first?.every((axis) => axis > 0) === true
  }

  private selectionOf(node: OnnxNode): Selection | null {
    if (node.opType === 'GatherND') return this.gathered(node)
    if (node.opType === 'Gather') return rowsOfMask(node, this) ?? rowwise(node, this)
    if (node.opType === 'Squeeze' || node.opType === 'Unsqueeze') return rowwise(node, this)
    if (node.opType === 'RoiAlign') return pooledRows(node, this)
    if (elementwise.has(node.opType)) return this.mapped(node)
    if (node.opType === 'Expand') return this.expanded(node)
    if (node.opType === 'Reshape' || node.opType === 'Slice') return this.unchanged(node)
    return null
  }

  private gathered(node: OnnxNode): Selection | null {
    const [data, mask] = [this.value(node, 0), this.indices.get(node.inputs[1] ?? '')]
    if (data === undefined || mask === undefined || intAttribute(node, 'batch_dims', 0) !== 0) return null
    if (!sameShape(data.shape.slice(0, mask.shape.length), mask.shape)) return null
    return { mask, dense: this.kept(mask, data) }
  }

  private mapped(node: OnnxNode): Selection | null {
    const read = node.inputs.map((name) => this.selections.get(name))
    const found = read.filter((each) => each !== undefined)
    const mask = found.find((each) => each.mask !== null)?.mask ?? null
    if (found.length === 0 || found.some((each) => each.mask !== null && each.mask !== mask)) return null
    const trailing =
      mask === null ? 0 : Math.max(...found.map(({ dense }) => dense.shape.length)) - mask.shape.length
    const operands = node.inputs.map((name, index) => read[index]?.dense ?? this.operand(name, trailing))
    if (operands.some((operand) => operand === undefined)) return null
    const values = operands.map((operand) => operand ?? null)
    const shape = broadcastShapes(values.flatMap((value) => (value === null ? [] : [value.shape])))
    const dataType = this.graph.values.get(node.outputs[0] ?? '')?.dataType ?? 'float32'
    return {
      mask,
      dense: this.emit.op(node.opType, values, shape, { attributes: node.attributes, dataType }),
    }
  }

  /**
   * A value beside a selection: one number, or one for each of the axes behind the mask's; null is left out.
   */
  private operand(name: string, trailing: number): Value | null | undefined {
    if (name === '') return null
    const value = this.graph.values.get(name)
    if (value === undefined || value.shape.length > trailing + 1) return undefined
    return value.shape.length <= trailing || sizeOf(value.shape) === 1 ? value : undefined
  }

  /** A selection, or one number, repeated to a count that depends on the image. */
  private expanded(node: OnnxNode): Selection | null {
    const selection = this.selections.get(node.inputs[0] ?? '')
    const [value, count] = [this.value(node, 0), this.value(node, 1)]
    if (selection !== undefined) return selection
    if (value === undefined || count?.constant !== undefined || sizeOf(value.shape) !== 1) return null
    if (sizeOf(count?.shape ?? []) !== 1) return null
    return { mask: null, dense: this.emit.reshape(value, []) }
  }

  /** A selection made flat that is flat already, or cut to the count that it has. */
  private unchanged(node: OnnxNode): Selection | null {
    const selection = this.selections.get(node.inputs[0] ?? '')
    if (selection === undefined) return null
    const { mask, dense } = selection
    const flat = mask === null || dense.shape.length <= mask.shape.length
    const constant = this.value(node, 1)?.constant
    const [first, ...more] = constant === undefined ? [] : numericValues(constant)
    const whole =
      node.opType === 'Reshape' ? first === -1 : first === 0 && this.value(node, 2)?.constant === undefined
    return flat && whole && more.length === 0 ? selection : null
  }

  private assigned(node: OnnxNode): Value | null {
    const [data, mask] = [this.value(node, 0), this.indices.get(node.inputs[1] ?? '')]
    const updates = this.selections.get(node.inputs[2] ?? '')
    if (data === undefined || mask === undefined || updates === undefined) return null
    if (updates.mask !== null && updates.mask !== mask) return null
    if (!sameShape(data.shape.slice(0, mask.shape.length), mask.shape)) return null
    const condition = this.broadcastable(mask, data)
    const reduction = stringAttribute(node, 'reduction', 'none')
    if (reduction === 'none') return this.emit.where(condition, updates.dense, data)
    return reduction === 'add' ? this.emit.add(data, this.emit.where(condition, updates.dense, 0)) : null
  }

  /** The sum or mean of all elements of a selection. */
  private reduced(node: OnnxNode): Value | null {
    const { mask, dense } = this.selections.get(node.inputs[0] ?? '') ?? { mask: null }
    const shape = this.graph.values.get(node.outputs[0] ?? '')?.shape
    const axes = intsAttribute(node, 'axes') ?? node.inputs[1] ?? ''
    if (mask === null || dense.dataType !== 'float32' || shape === undefined) return null
    if (axes.length > 0 && dense.shape.length > mask.shape.length) return null
    const { emit } = this
    const every = (value: Value): number[] => value.shape.map((_, axis) => axis)
    const condition = this.broadcastable(mask, dense)
    const chosen = emit.where(condition, dense, 0)
    const sum = emit.reshape(emit.reduce('ReduceSum', chosen, every(chosen), false), shape)
    if (node.opType === 'ReduceSum') return sum
    const ones = emit.expand(emit.cast(condition, 'float32'), chosen.shape)
    return emit.div(sum, emit.reshape(emit.reduce('ReduceSum', ones, every(ones), false), shape))
  }

  kept(mask: Value, data: Value): Value {
    if (data.constant !== undefined || data.dataType !== 'float32') return data
    return this.emit.where(this.broadcastable(mask, data), data, leftOut)
  }

  broadcastable(mask: Value, { shape }: Value): Value {
    const truth = this.emit.cast(mask, 'bool')
    return this.emit.reshape(truth, [...mask.shape, ...shape.slice(mask.shape.length).map(() => 1)])
  }

  value(node: OnnxNode, index: number): Value | undefined {
    return this.graph.values.get(node.inputs[index] ?? '')
  }
}

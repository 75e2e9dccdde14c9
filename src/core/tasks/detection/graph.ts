import { RadversaryError } from '../../errors.ts'
import { intAttribute } from '../../onnx/attributes.ts'
import { nodeOf, type Attributes, type OnnxGraph, type OnnxModel, type OnnxNode } from '../../onnx/graph.ts'
import { float32Tensor, int64Tensor, type OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { stopGradient } from '../../onnx/stop-gradient.ts'
import { boxRows } from './losses.ts'
import type { DetectionOutput } from './output.ts'

/** What the output is called that `detectionModel` adds. */
export const detectionName = 'radversary_detection'

/** As in autodiff/logits.ts: the logarithm of 0 has no gradient to follow. */
const leastProbability = 1e-30

/**
 * A detector with one more output, `radversary_detection` [N, 4 + K, A]: its boxes as it gives them and the
 * logits of its scores, whatever tensors, layouts and activations they come in. What lies behind them, such
 * as NonMaxSuppression, is left out by whoever asks for this output only. An objectness is multiplied into
 * the scores. Throws `model-unsupported` for tensors that the graph has not.
 */
export function detectionModel(model: OnnxModel, head: DetectionOutput): OnnxModel {
  const edit = new GraphEdit(model.graph)
  // Losses are of scores alone: what only boxes are made of need not be differentiated.
  const boxes = edit.withoutGradient(boxesIn(edit, head))
  const scores = scoresIn(edit, head)
  edit.node('Concat', [boxes, scores], { axis: 1 }, detectionName)
  const { nodes, initializers } = edit
  const output = {
    name: detectionName,
    dataType: 'float32',
    shape: ['N', boxRows + head.classes.length, 'anchors'],
  } as const
  return {
    ...model,
    graph: { ...model.graph, nodes, initializers, outputs: [...model.graph.outputs, output] },
  }
}

function boxesIn(edit: GraphEdit, { name, layout, boxes }: DetectionOutput): string {
  if (boxes.name !== undefined) return edit.anchorsLast(edit.known(boxes.name), boxes.layout ?? layout)
  return edit.rows(edit.anchorsLast(edit.known(name), layout), 0, boxRows)
}

function scoresIn(edit: GraphEdit, head: DetectionOutput): string {
  const { name, layout, gives, activation } = head
  const isWhole = head.boxes.name !== undefined
  if (head.activation === 'sigmoid' && head.objectness) {
    const [objectness, scores] = isWhole ? [0, 1] : [boxRows, boxRows + 1]
    return edit.product(logitsIn(edit, head, objectness, scores), logitsIn(edit, head, scores, last))
  }
  const scores = isWhole ? name : edit.secondOfRows(name, layout)
  const before =
    gives === 'logits' || scores === undefined ? undefined : edit.before(activations[activation], scores)
  return before === undefined
    ? logitsIn(edit, head, isWhole ? 0 : boxRows, last)
    : edit.anchorsLast(before, layout)
}

const activations = { softmax: 'Softmax', sigmoid: 'Sigmoid' } as const

/** Some rows of the scores' tensor. */
function logitsIn(
  edit: GraphEdit,
  { name, layout, gives, activation }: DetectionOutput,
  from: number,
  to: number,
): string {
  const rows = edit.rows(edit.anchorsLast(edit.known(name), layout), from, to)
  return gives === 'logits' ? rows : edit.logarithm(rows, activation)
}

/** "To the end" of an axis. */
const last = 2 ** 63

/** Appends nodes to a graph, of operators that are the same from opset 11 on. */
class GraphEdit {
  readonly nodes: OnnxNode[]
  readonly initializers: Map<string, OnnxTensor>
  private count = 0

  constructor({ nodes, initializers }: OnnxGraph) {
    this.nodes = [...nodes]
    this.initializers = new Map(initializers)
  }

  /** The name, if the graph has such a value. */
  known(name: string): string {
    if (this.nodes.some(({ outputs }) => outputs.includes(name))) return name
    throw new RadversaryError(
      'model-unsupported',
      `Model: expected a tensor '${name}' for boxes or scores, got none`,
      {
        tip: 'Compare output.name and output.boxes.name of the model card with the graph.',
      },
    )
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = this.freshName(),
  ): string {
    this.nodes.push(nodeOf(opType, inputs, output, attributes))
    return output
  }

  withoutGradient(value: string): string {
    const node = stopGradient(value)
    this.nodes.push(node)
    return node.name
  }

  anchorsLast(value: string, layout: DetectionOutput['layout']): string {
    return layout === 'anchors-last' ? value : this.node('Transpose', [value], { perm: [0, 2, 1] })
  }

  rows(value: string, from: number, to: number): string {
    if (from === 0 && to === last) return value
    const ints = (number: number) => this.constant(int64Tensor([1], [number]))
    return this.node('Slice', [value, ints(from), ints(to), ints(1)])
  }

  /** log p of a softmax, log-odds of a sigmoid. */
  logarithm(p: string, activation: DetectionOutput['activation']): string {
    const log = (value: string) =>
      this.node('Log', [this.node('Max', [value, this.number(leastProbability)])])
    if (activation === 'softmax') return log(p)
    return this.node('Sub', [log(p), log(this.node('Sub', [this.number(1), p]))])
  }

  /** Logit of σ(a)·σ(b): −log(e^−a + e^−b + e^−(a+b)); the largest power is taken off first. */
  product(a: string, b: string): string {
    const powers = [a, b, this.node('Add', [a, b])].map((value) => this.node('Neg', [value]))
    const largest = this.node('Max', powers)
    const terms = powers.map((power) => this.node('Exp', [this.node('Sub', [power, largest])]))
    return this.node('Neg', [this.node('Add', [largest, this.node('Log', [this.node('Sum', terms)])])])
  }

  /**
   * What is before the Sigmoid or Softmax that a value comes out of, through what only moves values;
   * undefined where there is no such way.
   */
  before(activation: string, value: string): string | undefined {
    const maker = this.makerOf(value)
    if (maker?.opType === activation) return maker.inputs[0]
    const moved =
      maker?.opType === 'Concat'
        ? maker.inputs
        : moves.has(maker?.opType ?? '')
          ? maker?.inputs.slice(0, 1)
          : []
    const before = moved?.map((input) => this.before(activation, input)) ?? []
    if (maker === undefined || before.length === 0 || before.includes(undefined)) return undefined
    const inputs = [...before.flatMap((input) => input ?? []), ...maker.inputs.slice(before.length)]
    return this.node(maker.opType, inputs, maker.attributes)
  }

  /** The second of two tensors whose rows are joined to one: scores behind boxes. */
  secondOfRows(value: string, layout: DetectionOutput['layout']): string | undefined {
    const maker = this.makerOf(value)
    if (maker?.opType !== 'Concat' || maker.inputs.length !== 2) return undefined
    const rows = layout === 'anchors-last' ? [1, -2] : [2, -1]
    return rows.includes(intAttribute(maker, 'axis', 0)) ? maker.inputs[1] : undefined
  }

  private makerOf(value: string): OnnxNode | undefined {
    return this.nodes.find(({ outputs, domain }) => domain === '' && outputs[0] === value)
  }

  private number(value: number): string {
    return this.constant(float32Tensor([], [value]))
  }

  private constant(tensor: OnnxTensor): string {
    const name = this.freshName()
    this.initializers.set(name, tensor)
    return name
  }

  private freshName(): string {
    this.count += 1
    return `${detectionName}_${this.count}`
  }
}

/** Operators that put values elsewhere and leave them as they are. */
const moves: ReadonlySet<string> = new Set([
  'Identity',
  'Transpose',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
])

import { intAttribute, tensorAttribute } from './attributes.ts'
import type { OnnxNode } from './graph.ts'
import { numericValues, type OnnxTensor } from './onnx-tensor.ts'
import { sizeOf } from '../tensor/tensor.ts'

/** Nodes and constants of a graph, of a file or of one that is prepared. */
export interface GraphView {
  readonly nodes: readonly OnnxNode[]
  readonly constant: (name: string) => OnnxTensor | undefined
}

/** An activation at the end of a graph, by ONNX's name, however it is spelled. */
export interface FinalActivation {
  readonly opType: 'Softmax' | 'LogSoftmax' | 'Sigmoid'
  /** The logits are `factor` times this value. */
  readonly logits: string
  readonly factor: number
  /** The axis that is summed over, negative ones from the back; undefined where no attribute gives it. */
  readonly axis: number | undefined
}

/** What makes an output of a graph. */
export interface GraphEnd {
  /** The node behind the operators that only rearrange elements; undefined for an input or a constant. */
  readonly node: OnnxNode | undefined
  /** Those operators, the first one first. */
  readonly rearranged: readonly OnnxNode[]
  readonly activation: FinalActivation | undefined
  /** Whether every value lies in [0, 1], whatever the input is. */
  readonly inUnit: boolean
}

/** Operators that keep the values of their first input: they move, drop or repeat them. */
const rearranging: ReadonlySet<string> = new Set([
  'Cast',
  'CastLike',
  'Dropout',
  'Expand',
  'Flatten',
  'Gather',
  'Identity',
  'Reshape',
  'Slice',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
])

/** A Clip that takes less than this off probabilities is there against log 0. */
const negligible = 1e-6

/** Follows an output back to the operator that decides what its values are. */
export function endOf(view: GraphView, output: string): GraphEnd {
  const reader = new GraphReader(view)
  const rearranged: OnnxNode[] = []
  let node = reader.maker(output)
  while (node !== undefined && reader.isRearranging(node)) {
    rearranged.unshift(node)
    node = reader.maker(node.inputs[0])
  }
  const activation = node && (softmaxIn(reader, node) ?? sigmoidIn(reader, node))
  return { node, rearranged, activation, inUnit: reader.isInUnit(output) }
}

/** A file's graph as a view; constants are initializers and Constant nodes. */
export function viewOf(graph: {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: ReadonlyMap<string, OnnxTensor>
}): GraphView {
  const constants = new Map(graph.initializers)
  for (const node of graph.nodes) {
    const value = node.opType === 'Constant' ? tensorAttribute(node, 'value') : undefined
    if (value !== undefined) constants.set(node.outputs[0] ?? '', value)
  }
  return { nodes: graph.nodes, constant: (name) => constants.get(name) }
}

/**
 * Softmax, LogSoftmax, log Softmax(z), e^LogSoftmax(z), e^z / Σ e^z, e^z · (1 / Σ e^z) and e^(z − log Σ e^z).
 */
function softmaxIn(graph: GraphReader, node: OnnxNode): FinalActivation | undefined {
  const [first, second] = node.inputs
  switch (node.opType) {
    case 'Softmax':
    case 'LogSoftmax':
      return graph.softmax(node.opType, node)
    case 'Log':
      return graph.softmax('LogSoftmax', graph.made(first, 'Softmax'))
    case 'Exp':
      return graph.softmax('Softmax', graph.made(first, 'LogSoftmax')) ?? exponentOfDifference(graph, first)
    case 'Div':
      return shareOfSum(graph, first, second)
    case 'Mul':
      return (
        shareOfSum(graph, first, graph.behind(second, 'Reciprocal')?.inputs[0]) ??
        shareOfSum(graph, second, graph.behind(first, 'Reciprocal')?.inputs[0])
      )
    default:
      return undefined
  }
}

/** e^(z − log Σ e^z). */
function exponentOfDifference(graph: GraphReader, power: string | undefined): FinalActivation | undefined {
  const difference = graph.made(power, 'Sub')
  const sum = graph.behind(difference?.inputs[1], 'ReduceLogSumExp')
  return sum?.inputs[0] === difference?.inputs[0] ? graph.softmax('Softmax', sum) : undefined
}

/** e^z / Σ e^z, where `sum` may be repeated along the axis. */
function shareOfSum(
  graph: GraphReader,
  powers: string | undefined,
  sum: string | undefined,
): FinalActivation | undefined {
  const exp = graph.made(powers, 'Exp')
  const total = graph.behind(sum, 'ReduceSum')
  const summed = graph.made(total?.inputs[0], 'Exp')
  if (exp === undefined || total === undefined || summed?.inputs[0] !== exp.inputs[0]) return undefined
  return graph.softmax('Softmax', { ...total, inputs: [exp.inputs[0] ?? '', ...total.inputs.slice(1)] })
}

/** Sigmoid and 1 − Sigmoid, 1 / (1 + e^w), e^z / (1 + e^z) and (1 + tanh h) / 2. */
function sigmoidIn(graph: GraphReader, node: OnnxNode): FinalActivation | undefined {
  const [first, second] = node.inputs
  if (node.opType === 'Sigmoid') return sigmoid(first, 1)
  if (node.opType === 'Sub' && graph.isScalar(first, 1)) {
    const other = graph.maker(second)
    const found = other && sigmoidIn(graph, other)
    return found && sigmoid(found.logits, -found.factor)
  }
  return quotient(graph, node) ?? sigmoid(halfOfTanh(graph, node), 2)
}

function sigmoid(logits: string | undefined, factor: number): FinalActivation | undefined {
  return logits === undefined ? undefined : { opType: 'Sigmoid', logits, factor, axis: undefined }
}

/** 1 / (1 + e^w), as a quotient, a Reciprocal or a power of −1, and e^z / (1 + e^z). */
function quotient(
  graph: GraphReader,
  { opType, inputs: [first, second] }: OnnxNode,
): FinalActivation | undefined {
  const isInverse = opType === 'Reciprocal' || (opType === 'Pow' && graph.isScalar(second, -1))
  const divisor = opType === 'Div' ? second : isInverse ? first : undefined
  const power = graph.made(graph.otherThan('Add', divisor, 1), 'Exp')?.inputs[0]
  if (power === undefined) return undefined
  if (isInverse || graph.isScalar(first, 1)) {
    const negated = graph.made(power, 'Neg')
    return negated === undefined ? sigmoid(power, -1) : sigmoid(negated.inputs[0], 1)
  }
  return graph.made(first, 'Exp')?.inputs[0] === power ? sigmoid(power, 1) : undefined
}

/** h of (tanh h + 1) / 2 or tanh h / 2 + 1 / 2. */
function halfOfTanh(graph: GraphReader, { opType, inputs, outputs: [output] }: OnnxNode): string | undefined {
  const halved = (value: string | undefined): string | undefined => {
    const node = graph.maker(value)
    if (node?.opType === 'Div' && graph.isScalar(node.inputs[1], 2)) return node.inputs[0]
    return graph.otherThan('Mul', value, 0.5)
  }
  const sum = opType === 'Add' ? halved(graph.otherThan('Add', output, 0.5)) : undefined
  const tanh = opType === 'Mul' || opType === 'Div' ? graph.otherThan('Add', halved(output), 1) : sum
  return inputs.length === 2 ? graph.made(tanh, 'Tanh')?.inputs[0] : undefined
}

/** Operators that give values in [0, 1] where their first input, or all of them, lie there. */
const keepsUnit = {
  first: new Set([
    ...rearranging,
    'AveragePool',
    'GlobalAveragePool',
    'GlobalMaxPool',
    'MaxPool',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'Split',
    'Sqrt',
  ]),
  all: new Set(['Concat', 'Max', 'Mean', 'Min', 'Mul']),
}

class GraphReader {
  private readonly makers: ReadonlyMap<string, OnnxNode>
  private readonly known = new Map<string, boolean>()

  constructor(private readonly view: GraphView) {
    const makers = view.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const))
    this.makers = new Map(makers)
  }

  /** The node that makes a value, if it is one of ONNX's own operators. */
  maker(name: string | undefined): OnnxNode | undefined {
    const node = this.makers.get(name ?? '')
    return node?.domain === '' ? node : undefined
  }

  /** The node of this operator that makes a value. */
  made(name: string | undefined, opType: string): OnnxNode | undefined {
    const node = this.maker(name)
    if (node?.opType === 'Identity' || node?.opType === 'Cast') return this.made(node.inputs[0], opType)
    return node?.opType === opType ? node : undefined
  }

  /** The same, operators that only rearrange looked through. */
  behind(name: string | undefined, opType: string): OnnxNode | undefined {
    const node = this.maker(name)
    if (node?.opType === opType) return node
    return node && rearranging.has(node.opType) ? this.behind(node.inputs[0], opType) : undefined
  }

  /** The softmax whose axis `node` gives, of its first input. */
  softmax(opType: FinalActivation['opType'], node: OnnxNode | undefined): FinalActivation | undefined {
    const logits = node?.inputs[0]
    return node === undefined || logits === undefined
      ? undefined
      : { opType, logits, factor: 1, axis: this.axisOf(node) }
  }

  isRearranging(node: OnnxNode): boolean {
    return rearranging.has(node.opType) || (node.opType === 'Clip' && this.clipsNothing(node))
  }

  /** The operand beside a constant `value` of the node of this operator that makes `name`. */
  otherThan(opType: 'Add' | 'Mul', name: string | undefined, value: number): string | undefined {
    const node = this.maker(name)
    if (node?.opType !== opType) return undefined
    const [first, second] = node.inputs
    if (this.isScalar(second, value)) return first
    return this.isScalar(first, value) ? second : undefined
  }

  /** Whether a value is a constant with this one number. */
  isScalar(name: string | undefined, value: number): boolean {
    const found = this.scalar(name)
    return found !== undefined && Math.abs(found - value) <= 1e-7
  }

  /** The axis of a Softmax (opset 13), or the only one of a sum. */
  private axisOf(node: OnnxNode): number | undefined {
    const { axes } = node.attributes
    if (node.opType.endsWith('Softmax')) return intAttribute(node, 'axis', -1)
    const listed = axes ?? (node.inputs[1] === undefined ? undefined : this.numbers(node.inputs[1]))
    return Array.isArray(listed) && listed.length === 1 ? Number(listed[0]) : undefined
  }

  /** Whether a value lies in [0, 1] whatever the graph's input is. */
  isInUnit(name: string | undefined): boolean {
    const constant = this.scalar(name)
    if (constant !== undefined) return constant >= 0 && constant <= 1
    const node = this.maker(name)
    if (node === undefined || name === undefined) return false
    const before = this.known.get(name)
    if (before !== undefined) return before
    this.known.set(name, false)
    const found = this.givesUnit(node)
    this.known.set(name, found)
    return found
  }

  private givesUnit(node: OnnxNode): boolean {
    const { opType, inputs } = node
    const [first, second] = inputs
    if (opType === 'HardSigmoid' || softmaxIn(this, node)?.opType === 'Softmax') return true
    if (sigmoidIn(this, node) !== undefined) return true
    if (opType === 'Clip') return this.limitsOf(node).every((limit) => limit >= 0 && limit <= 1)
    if (opType === 'Sub') return this.isScalar(first, 1) && this.isInUnit(second)
    if (opType === 'Div') return this.isMean(first, this.scalar(second))
    if (opType === 'Where') return this.isInUnit(second) && this.isInUnit(inputs[2])
    if (opType === 'DequantizeLinear') return this.isInUnit(this.quantised(first))
    if (keepsUnit.first.has(opType)) return this.isInUnit(first)
    return keepsUnit.all.has(opType) && inputs.every((input) => this.isInUnit(input))
  }

  /** What a DequantizeLinear gives back, rounded. */
  private quantised(name: string | undefined): string | undefined {
    const node = this.maker(name)
    return node?.opType === 'QuantizeLinear' ? node.inputs[0] : undefined
  }

  /** Whether it is a sum of no more than `count` values in [0, 1]. */
  private isMean(sum: string | undefined, count: number | undefined): boolean {
    const terms = this.terms(sum)
    return count !== undefined && terms.length <= count && terms.every((term) => this.isInUnit(term))
  }

  private terms(name: string | undefined): (string | undefined)[] {
    const node = this.maker(name)
    return node?.opType === 'Add' || node?.opType === 'Sum'
      ? node.inputs.flatMap((input) => this.terms(input))
      : [name]
  }

  private clipsNothing(node: OnnxNode): boolean {
    const [lowest, highest] = this.limitsOf(node)
    return lowest <= negligible && highest >= 1 - negligible && this.isInUnit(node.inputs[0])
  }

  /** The bounds of a Clip, as attributes (opset 6) or inputs. */
  private limitsOf({ inputs, attributes: { min, max } }: OnnxNode): [lowest: number, highest: number] {
    const given = (attribute: typeof min): number | undefined =>
      typeof attribute === 'object' && 'float' in attribute ? attribute.float : undefined
    return [
      given(min) ?? this.scalar(inputs[1]) ?? -Infinity,
      given(max) ?? this.scalar(inputs[2]) ?? Infinity,
    ]
  }

  private scalar(name: string | undefined): number | undefined {
    const tensor = this.view.constant(name ?? '')
    if (tensor === undefined || tensor.external !== undefined || sizeOf(tensor.shape) > 4096) return undefined
    const [first, ...rest] = numericValues(tensor)
    return rest.every((value) => value === first) ? first : undefined
  }

  private numbers(name: string): readonly number[] | undefined {
    const tensor = this.view.constant(name)
    return tensor && tensor.external === undefined ? numericValues(tensor) : undefined
  }
}

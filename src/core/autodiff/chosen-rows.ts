import type { Runtime } from '../model/runtime.ts'
import { intAttribute } from '../onnx/attributes.ts'
import { nodeOf, type OnnxNode } from '../onnx/graph.ts'
import { float32Tensor, int64Tensor, numericValues, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import { choosesByImage } from '../onnx/suppression.ts'
import { learnAgain } from './control-flow/learn-again.ts'
import type { Value } from './emitter.ts'
import { range } from './shapes.ts'
import { firstOutput, type Refusal, type TypedGraph } from './typed-graph.ts'
import { ofFixedSize } from './varying-sizes.ts'

/** Operators that hand on what a suppression chose, one entry for each choice. */
const handsOn = new Set(['Cast', 'Gather', 'Identity', 'Reshape', 'Slice', 'Squeeze', 'Unsqueeze'])

/**
 * The tensors whose rows a suppression chose (Gather along axis 0), and how many rows there can be: those
 * that a Slice keeps, as detectors keep their best 1,000 proposals. @param constant the numbers of a constant
 */
export function chosenRows(
  nodes: readonly OnnxNode[],
  constant: (name: string) => readonly number[] | undefined,
): ReadonlyMap<string, number> {
  const choices = new Map<string, number>()
  const rows = new Map<string, number>()
  for (const node of nodes) {
    const [data = '', indices = ''] = node.inputs
    const most = choosesByImage(node) ? Infinity : choices.get(data)
    const chosen = choices.get(indices)
    const isRead = node.opType === 'Gather' && intAttribute(node, 'axis', 0) === 0 && chosen !== undefined
    if (isRead && Number.isFinite(chosen)) rows.set(firstOutput(node), chosen)
    else if (most !== undefined && (choosesByImage(node) || handsOn.has(node.opType)))
      choices.set(firstOutput(node), Math.min(most, keptBySlice(node, constant)))
  }
  return rows
}

/** How many rows a Slice along axis 0 keeps at most; no bound for other nodes. */
function keptBySlice(
  { opType, inputs }: OnnxNode,
  constant: (name: string) => readonly number[] | undefined,
): number {
  if (opType !== 'Slice') return Infinity
  const [start, end, axis] = inputs.slice(1, 4).map((name) => constant(name)?.[0])
  const isFromStart = start === 0 && (axis === 0 || (inputs[3] ?? '') === '')
  return isFromStart && end !== undefined && end >= 0 ? end : Infinity
}

const noGradient: Refusal = {
  reason: 'its rows are those that NonMaxSuppression chose',
  tip: 'Choose an output that depends on the chosen boxes through RoiAlign alone: the scores of the second stage.',
}

/**
 * The same graph with the rows that suppressions chose filled up with repeats of the last one to the most
 * there can be, so that whatever follows has one size: the second stage of a detector runs on as many regions
 * for every image. Where nothing was chosen the rows are 0. No gradient passes; RoiAlign needs none.
 */
export async function withRowsFilledUp(graph: TypedGraph, runtime: Runtime): Promise<TypedGraph> {
  const constantOf = (name: string): readonly number[] | undefined => {
    const tensor = graph.values.get(name)?.constant
    return tensor && numericValues(tensor)
  }
  const rows = chosenRows(graph.nodes, constantOf)
  const constants = new Map<string, OnnxTensor>()
  const filled: string[] = []
  const nodes = graph.nodes.flatMap((node, index) => {
    const [value, most] = [graph.values.get(firstOutput(node)), rows.get(firstOutput(node))]
    const zero = value && zeroRow(value)
    if (value === undefined || most === undefined || zero === undefined) return [node]
    filled.push(value.name)
    return filledUp(node, { value, most, zero }, `${graph.freshPrefix}${index}_`, constants)
  })
  if (filled.length === 0) return graph
  const learnt = await learnAgain(graph, { nodes, constants, outputs: [] }, runtime)
  // Bodies in which a suppression chooses stay: their size is the image's, whatever zeros give.
  const kept = graph.nodes.filter(choosesByImage).map(firstOutput)
  return { ...learnt, refusals: new Map([...filled, ...kept].map((name) => [name, noGradient])) }
}

/** One row of zeros; undefined for types that boxes, scores and labels do not have. */
function zeroRow({ shape, dataType }: Value): OnnxTensor | undefined {
  const row = [1, ...shape.slice(1)]
  const zeros = new Array<number>(row.reduce((product, extent) => product * extent, 1)).fill(0)
  if (dataType === 'float32') return float32Tensor(row, zeros)
  return dataType === 'int64' ? int64Tensor(row, zeros) : undefined
}

interface Filling {
  readonly value: Value
  readonly most: number
  readonly zero: OnnxTensor
}

/** Row i is the i-th chosen one or the last; of none it is row −1, the zeros behind them. */
function filledUp(
  node: OnnxNode,
  { value, most, zero }: Filling,
  prefix: string,
  constants: Map<string, OnnxTensor>,
): OnnxNode[] {
  const named = (name: string, tensor: OnnxTensor): string => {
    constants.set(`${prefix}${name}`, tensor)
    return `${prefix}${name}`
  }
  const made = (opType: string, inputs: readonly string[], name: string, axis?: number): OnnxNode =>
    nodeOf(opType, inputs, `${prefix}${name}`, axis === undefined ? {} : { axis })
  const places = named('places', int64Tensor([most], range(most)))
  return [
    { ...node, outputs: [`${prefix}rows`] },
    made('Shape', [`${prefix}rows`], 'shape'),
    made('Gather', [`${prefix}shape`, named('first', int64Tensor([], [0]))], 'count', 0),
    made('Sub', [`${prefix}count`, named('one', int64Tensor([], [1]))], 'last'),
    made('Less', [places, `${prefix}count`], 'isChosen'),
    made('Where', [`${prefix}isChosen`, places, `${prefix}last`], 'index'),
    made('Concat', [`${prefix}rows`, named('zeros', zero)], 'more', 0),
    ofFixedSize(nodeOf('Gather', [`${prefix}more`, `${prefix}index`], value.name, { axis: 0 })),
  ]
}

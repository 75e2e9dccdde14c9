import { nodeOf, type OnnxGraph, type OnnxNode, opsetOf } from '../../onnx/graph.ts'
import { int64Tensor, type OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { range } from '../shapes.ts'
import type { Refusal, TypedGraph } from '../typed-graph.ts'
import { inlined, isRefusal, type Expansion } from './subgraph.ts'

/** How many operators a model's loops may become: a session for the gradient then takes half a minute. */
const mostWrittenOut = 5_000

/** A body that runs several times, each time on what it gave the time before. */
export interface Steps {
  readonly body: OnnxGraph
  readonly count: number
  /** What the first step gets, and where those stand among the body's inputs and outputs. */
  readonly carried: readonly string[]
  readonly firstInput: number
  readonly firstOutput: number
  /** What else a step reads, by the names in the body. */
  readonly given: (step: number) => readonly (readonly [inner: string, outer: string])[]
  /** How the further outputs, one of each step, become one value. */
  readonly collect: (output: number) => Collecting
}

interface Collecting {
  readonly axis: number
  readonly isReverse: boolean
}

/** Where a node is written out. */
export interface ExpansionContext {
  readonly graph: TypedGraph
  /** Begins the names of new nodes. */
  readonly prefix: string
  /** How many operators others became before. */
  readonly written: number
}

/** A place, and the constants of its new nodes. */
export interface Writing extends ExpansionContext {
  readonly constants: Map<string, OnnxTensor>
}

/** One step after the other in place of a node, whose outputs are the carried and the collected values. */
export function unrolled(node: OnnxNode, steps: Steps, writing: Writing): Expansion | Refusal {
  const { body, count } = steps
  if (writing.written + count * body.nodes.length > mostWrittenOut)
    return {
      reason: `its ${count} steps of ${body.nodes.length} operators are too many to be written out (at most ${mostWrittenOut} operators in all)`,
      tip: 'Export the model with fewer steps, or use a method that needs no gradient (square, spsa, hopskipjump).',
    }
  const { nodes, carried, collected } = run(steps, writing)
  const last = carried.flatMap((name, k) => handedOn(name, node.outputs[k]))
  const gathered = collected.flatMap((parts, k) => {
    const output = node.outputs[carried.length + k] ?? ''
    return output === '' ? [] : [gatheredIn(parts, output, steps.collect(k), writing)]
  })
  const refusal = gathered.find(isRefusal)
  if (refusal !== undefined) return refusal
  const ends = gathered.flatMap((each) => (isRefusal(each) ? [] : each))
  return { nodes: [...nodes, ...last, ...ends], constants: writing.constants }
}

interface Run {
  readonly nodes: readonly OnnxNode[]
  readonly carried: readonly string[]
  /** By output, then by step. */
  readonly collected: readonly (readonly string[])[]
}

function run(steps: Steps, { prefix }: Writing): Run {
  const { body, count, firstInput, firstOutput } = steps
  const nodes: OnnxNode[] = []
  const results: string[][] = []
  let { carried } = steps
  for (const step of range(count)) {
    const handed = carried.map((name, k) => [body.inputs[firstInput + k]?.name ?? '', name] as const)
    const part = inlined(body, `${prefix}${step}_`, new Map([...steps.given(step), ...handed]))
    nodes.push(...part.nodes)
    const given = part.outputs.slice(firstOutput)
    carried = given.slice(0, carried.length)
    results.push(given.slice(carried.length))
  }
  const further = body.outputs.length - firstOutput - carried.length
  const collected = range(further).map((k) => results.map((each) => each[k] ?? ''))
  return { nodes, carried, collected }
}

function handedOn(name: string, output = ''): OnnxNode[] {
  return output === '' ? [] : [nodeOf('Identity', [name], output)]
}

function gatheredIn(
  parts: readonly string[],
  output: string,
  { axis, isReverse }: Collecting,
  writing: Writing,
): OnnxNode[] | Refusal {
  if (parts.length === 0)
    return { reason: 'it has no steps, and so no results', tip: 'Export the model without it.' }
  const rows = parts.map((_, step) => `${writing.prefix}row${step}_${output}`)
  const thick = parts.map((part, step) => withAxis('Unsqueeze', [part, rows[step] ?? ''], axis, writing))
  return [...thick, nodeOf('Concat', isReverse ? rows.toReversed() : rows, output, { axis })]
}

/** Squeeze or Unsqueeze; axes are an attribute before opset 13. */
export function withAxis(
  opType: 'Squeeze' | 'Unsqueeze',
  [input, output]: readonly [input: string, output: string],
  axis: number,
  { graph, prefix, constants }: Writing,
): OnnxNode {
  if (opsetOf(graph) < 13) return nodeOf(opType, [input], output, { axes: [axis] })
  const axes = `${prefix}axis${axis}`
  constants.set(axes, int64Tensor([1], [axis]))
  return nodeOf(opType, [input, axes], output)
}

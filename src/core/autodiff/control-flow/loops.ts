import type { Runtime } from '../../model/runtime.ts'
import { intAttribute, intsAttribute } from '../../onnx/attributes.ts'
import { subgraphOf, withSubgraph } from '../../onnx/codec.ts'
import { readsOf } from '../../onnx/graph-walk.ts'
import { nodeOf, type OnnxGraph, type OnnxNode, opsetOf } from '../../onnx/graph.ts'
import { boolTensor, int64Tensor } from '../../onnx/onnx-tensor.ts'
import { axisOf, range } from '../shapes.ts'
import type { Refusal, TypedGraph } from '../typed-graph.ts'
import { learnAgain } from './learn-again.ts'
import { type Expansion, liftedConstants } from './subgraph.ts'
import { type ExpansionContext, unrolled, withAxis, type Writing } from './unroll.ts'

/** A Loop of `count` steps, step after step. */
export function expandLoop(node: OnnxNode, place: ExpansionContext, count: number): Expansion | Refusal {
  const { prefix } = place
  const body = bodyOf(node)
  const { constants, names } = liftedConstants(body, prefix)
  const [stepNumber, goOn] = body.inputs
  const shapeOf = (input: typeof goOn): number[] => (input?.shape?.length === 1 ? [1] : [])
  for (const step of range(count))
    constants.set(`${prefix}step${step}`, int64Tensor(shapeOf(stepNumber), [step]))
  constants.set(`${prefix}true`, boolTensor(shapeOf(goOn), [true]))
  const given = (step: number) =>
    [...names, [stepNumber?.name ?? '', `${prefix}step${step}`], [goOn?.name ?? '', `${prefix}true`]] as const
  const carried = node.inputs.slice(2)
  const collect = () => ({ axis: 0, isReverse: false })
  const steps = { body, count, carried, firstInput: 2, firstOutput: 1, given, collect }
  return unrolled(node, steps, { ...place, constants })
}

/** A Scan (opset 9 or later), whose number of steps is the extent of what it scans. */
export function expandScan(node: OnnxNode, place: ExpansionContext): Expansion | Refusal {
  const { graph, prefix } = place
  const body = bodyOf(node)
  const { constants, names } = liftedConstants(body, prefix)
  const carried = node.inputs.slice(0, node.inputs.length - intAttribute(node, 'num_scan_inputs', 1))
  const scanned = scannedBy(node, carried.length, graph)
  const [{ count } = { count: undefined }] = scanned
  if (count === undefined || opsetOf(graph) < 9)
    return {
      reason: 'expected opset 9 or later and something to scan',
      tip: 'Export the model with a later opset.',
    }
  const slice = (k: number, step: number): string => `${prefix}slice${k}_${step}`
  const writing = { ...place, constants }
  const parts = scanned.flatMap(({ name, axis, isReverse }, k) => {
    const pieces = range(count).map((step) => slice(k, isReverse ? count - 1 - step : step))
    return takenApart([name, `${prefix}thick${k}_`], axis, pieces, writing)
  })
  const given = (step: number) => [
    ...names,
    ...scanned.map((_, k) => [body.inputs[carried.length + k]?.name ?? '', slice(k, step)] as const),
  ]
  const collect = (k: number) => ({
    axis: listed(node, 'scan_output_axes', k),
    isReverse: listed(node, 'scan_output_directions', k) === 1,
  })
  const steps = { body, count, carried, firstInput: 0, firstOutput: 0, given, collect }
  const expansion = unrolled(node, steps, writing)
  return 'reason' in expansion ? expansion : { ...expansion, nodes: [...parts, ...expansion.nodes] }
}

/** The body of a Loop or Scan. */
function bodyOf(node: OnnxNode): OnnxGraph {
  const body = subgraphOf(node.attributes['body'])
  return (
    body ?? { name: '', nodes: [], initializers: new Map(), inputs: [], outputs: [], valueInfos: new Map() }
  )
}

function scannedBy(node: OnnxNode, first: number, { values }: TypedGraph) {
  return node.inputs.slice(first).map((name, k) => {
    const shape = values.get(name)?.shape ?? []
    const axis = axisOf(listed(node, 'scan_input_axes', k), shape.length)
    return { name, axis, count: shape[axis], isReverse: listed(node, 'scan_input_directions', k) === 1 }
  })
}

/** Element `k` of an attribute; 0, ONNX's default, where there is none. */
function listed(node: OnnxNode, name: string, k: number): number {
  return intsAttribute(node, name)?.[k] ?? 0
}

/** A value as its parts along an axis, which they lack. */
function takenApart(
  [value, prefix]: readonly [value: string, prefix: string],
  axis: number,
  pieces: readonly string[],
  writing: Writing,
): OnnxNode[] {
  const thick = pieces.map((_, index) => `${prefix}${index}`)
  const isCounted = opsetOf(writing.graph) >= 18
  const attributes = { axis, ...(isCounted && { num_outputs: pieces.length }) }
  const split = { ...nodeOf('Split', [value], `${prefix}split`, attributes), outputs: thick }
  return [split, ...pieces.map((piece, k) => withAxis('Squeeze', [thick[k] ?? '', piece], axis, writing))]
}

/**
 * How many steps each Loop has, or why that is not known. One run counts the steps of all Loops whose count,
 * condition included, does not depend on the image.
 */
export async function countedSteps(
  loops: readonly OnnxNode[],
  graph: TypedGraph,
  runtime: Runtime,
): Promise<ReadonlyMap<OnnxNode, number | Refusal>> {
  const counters = new Map<OnnxNode, string>()
  const found = new Map<OnnxNode, number | Refusal>()
  loops.forEach((node, index) => {
    if (isFixed(node, graph)) counters.set(node, `${graph.freshPrefix}${index}_steps`)
    else found.set(node, dependsOnImage)
  })
  if (counters.size === 0) return found
  const nodes = graph.nodes.map((node) => counting(node, counters.get(node)))
  const { values } = await learnAgain(graph, { nodes, outputs: [...counters.values()] }, runtime)
  for (const [node, name] of counters) found.set(node, values.get(name)?.shape[0] ?? dependsOnImage)
  return found
}

const dependsOnImage: Refusal = {
  reason: 'the number of its steps depends on the image',
  tip: 'Export the model without it: traced, with the number of steps fixed.',
}

/** Whether neither the bound of a Loop nor its conditions depend on the image. */
function isFixed(node: OnnxNode, { values }: TypedGraph): boolean {
  const varies = (name: string): boolean => values.has(name) && values.get(name)?.constant === undefined
  return !node.inputs.slice(0, 2).some(varies) && !isConditionVariable(node, bodyOf(node), varies)
}

function isConditionVariable(
  { inputs }: OnnxNode,
  body: OnnxGraph,
  varies: (name: string) => boolean,
): boolean {
  const variable = new Set<string>()
  const own = new Set(body.inputs.map(({ name }) => name))
  const isVariable = (name: string): boolean => variable.has(name) || (!own.has(name) && varies(name))
  inputs.slice(2).forEach((name, k) => {
    if (varies(name)) variable.add(body.inputs[2 + k]?.name ?? '')
  })
  // What a step leaves to the next one may make more values variable, until there are no more.
  for (let size = -1; size !== variable.size;) {
    size = variable.size
    for (const node of body.nodes)
      if (node.opType !== 'Shape' && node.opType !== 'Size' && readsOf(node).some(isVariable))
        for (const name of node.outputs) variable.add(name)
    inputs.slice(2).forEach((_, k) => {
      if (isVariable(body.outputs[1 + k]?.name ?? '')) variable.add(body.inputs[2 + k]?.name ?? '')
    })
  }
  return isVariable(body.outputs[0]?.name ?? '')
}

/** A Loop with one output more, which collects the numbers of its steps. */
function counting(node: OnnxNode, counter: string | undefined): OnnxNode {
  if (counter === undefined) return node
  const body = node.attributes['body']
  if (body === undefined) return node
  const counted = withSubgraph(body, (graph) => ({
    ...graph,
    nodes: [...graph.nodes, nodeOf('Identity', [graph.inputs[0]?.name ?? ''], `${counter}_inner`)],
    outputs: [...graph.outputs, { name: `${counter}_inner`, dataType: 'int64', shape: null }],
  }))
  const outputs = Array.from({ length: bodyOf(node).outputs.length - 1 }, (_, k) => node.outputs[k] ?? '')
  return { ...node, outputs: [...outputs, counter], attributes: { ...node.attributes, body: counted } }
}

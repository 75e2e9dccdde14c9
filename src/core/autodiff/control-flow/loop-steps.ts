import { withSubgraph } from '../../onnx/codec.ts'
import { nodeOf, type OnnxGraph, type OnnxNode } from '../../onnx/graph.ts'
import { readsOf } from '../../onnx/graph-walk.ts'
import type { Runtime } from '../../model/runtime.ts'
import type { Refusal, TypedGraph } from '../typed-graph.ts'
import { learnAgain } from './learn-again.ts'
import { bodyOf } from './loops.ts'

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

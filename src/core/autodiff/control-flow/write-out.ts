import { RadversaryError } from '../../errors.ts'
import type { Runtime } from '../../model/runtime.ts'
import { nodesLeadingTo } from '../../onnx/graph-walk.ts'
import { nodeOf, type OnnxNode } from '../../onnx/graph.ts'
import type { OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { withDataTypes } from '../data-types.ts'
import { Emitter } from '../emitter.ts'
import { firstOutput, type Refusal, type TypedGraph } from '../typed-graph.ts'
import { type BranchedExpansion, expandIf, type Join, joined } from './branches.ts'
import { learnAgain } from './learn-again.ts'
import { countedSteps, expandLoop, expandScan } from './loops.ts'
import { isRefusal } from './subgraph.ts'
import type { ExpansionContext } from './unroll.ts'

/** Operators whose bodies are written out. */
export const writtenOutOps = ['If', 'Loop', 'Scan'] as const

/** Nodes in place of some of a graph's own. */
interface Replaced {
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, OnnxTensor>
  readonly joins: readonly Join[]
  /** Why the others stay. */
  readonly refusals: ReadonlyMap<string, Refusal>
}

/**
 * The same graph with the bodies of If, Loop and Scan as nodes of its own: both branches joined by Where, and
 * one step after the other. What can't be written out stays, and `refusals` says why it has no gradient.
 */
export async function writtenOut(graph: TypedGraph, runtime: Runtime): Promise<TypedGraph> {
  let current = graph
  // Each round shows what bodies lie inside of those before.
  for (;;) {
    const bodies = current.nodes.filter((node) => hasBody(node) && !current.refusals?.has(firstOutput(node)))
    if (bodies.length === 0) return current
    current = await writtenOutOnce(current, bodies, runtime)
  }
}

/** The same graph, its bodies as they are, refused for what was found in one of them. */
export function keptWhole(graph: TypedGraph, found: RadversaryError): TypedGraph {
  const refusal = refusalOf(found)
  const bodies = graph.nodes.filter(hasBody).map((node) => [firstOutput(node), refusal] as const)
  return { ...graph, refusals: new Map([...(graph.refusals ?? []), ...bodies]) }
}

/** All bodies of one depth; one by one where they can't be written out together. */
async function writtenOutOnce(
  graph: TypedGraph,
  bodies: readonly OnnxNode[],
  runtime: Runtime,
): Promise<TypedGraph> {
  try {
    return await attempt(graph, bodies, runtime)
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    const [only, ...more] = bodies
    if (only === undefined || more.length === 0)
      return {
        ...graph,
        refusals: new Map(graph.refusals).set(firstOutput(only ?? { outputs: [] }), refusalOf(error)),
      }
    let current = graph
    for (const key of bodies.map(firstOutput)) {
      const node = current.nodes.find((each) => firstOutput(each) === key)
      if (node !== undefined) current = await writtenOutOnce(current, [node], runtime)
    }
    return current
  }
}

async function attempt(
  graph: TypedGraph,
  bodies: readonly OnnxNode[],
  runtime: Runtime,
): Promise<TypedGraph> {
  const loops = bodies.filter(({ opType }) => opType === 'Loop')
  const steps = await countedSteps(loops, graph, runtime)
  const replaced = replace(graph, bodies, steps)
  const refusals = new Map([...(graph.refusals ?? []), ...replaced.refusals])
  if (replaced.refusals.size === bodies.length) return { ...graph, refusals }
  const { joins } = replaced
  const outputs = new Set(joins.flatMap((each) => [each.condition, ...each.branches.flat()]))
  const learnt = await learnAgain(graph, { ...replaced, outputs: [...outputs] }, runtime)
  return withJoins({ ...learnt, refusals }, joins)
}

function replace(
  graph: TypedGraph,
  bodies: readonly OnnxNode[],
  steps: ReadonlyMap<OnnxNode, number | Refusal>,
): Replaced {
  const constants = new Map<string, OnnxTensor>()
  const refusals = new Map<string, Refusal>()
  const joins: Join[] = []
  let written = 0
  const nodes = graph.nodes.flatMap((node, index) => {
    if (!bodies.includes(node)) return [node]
    const expansion = expanded(
      node,
      { graph, prefix: `${graph.freshPrefix}${index}_`, written },
      steps.get(node),
    )
    if (isRefusal(expansion)) {
      refusals.set(firstOutput(node), expansion)
      return [node]
    }
    written += expansion.nodes.length
    for (const [name, tensor] of expansion.constants) constants.set(name, tensor)
    if (expansion.join === undefined) return expansion.nodes
    joins.push(expansion.join)
    return [...expansion.nodes, node]
  })
  return { nodes, constants, joins, refusals }
}

function expanded(
  node: OnnxNode,
  place: ExpansionContext,
  steps: number | Refusal | undefined,
): BranchedExpansion | Refusal {
  if (node.opType === 'If') return expandIf(node, place)
  if (typeof steps === 'number') return expandLoop(node, place, steps)
  return steps ?? expandScan(node, place)
}

/** The graph with Where in place of each If whose branches agree. */
function withJoins(graph: TypedGraph, joins: readonly Join[]): TypedGraph {
  const emit = new Emitter('cpu', `${graph.freshPrefix}0_`)
  const refusals = new Map(graph.refusals)
  const byKey = new Map(joins.map((each) => [firstOutput(each.node), each]))
  const nodes = graph.nodes.flatMap((node) => {
    const join = byKey.get(firstOutput(node))
    if (join === undefined) return [node]
    const start = emit.nodes.length
    const results = joined(join, graph, emit)
    if (!isRefusal(results)) return [...emit.nodes.slice(start), ...handedOn(node, results)]
    refusals.set(firstOutput(node), results)
    return [node]
  })
  return withDataTypes({
    ...graph,
    nodes: nodesLeadingTo(nodes, [graph.output.name]),
    values: new Map([...graph.values, ...emit.values().map((value) => [value.name, value] as const)]),
    refusals,
    freshPrefix: `${graph.freshPrefix}p`,
  })
}

function handedOn(node: OnnxNode, results: readonly (string | null)[]): OnnxNode[] {
  return node.outputs.flatMap((output, index) => {
    const result = results[index]
    return result === null || result === undefined ? [] : [nodeOf('Identity', [result], output)]
  })
}

function hasBody({ opType, domain }: OnnxNode): boolean {
  return domain === '' && writtenOutOps.some((each) => each === opType)
}

function refusalOf(error: RadversaryError): Refusal {
  return {
    reason: `its body can't be run beside the graph around it (${error.message})`,
    tip: 'Export the model without it: traced, with the branch or the number of steps fixed.',
  }
}

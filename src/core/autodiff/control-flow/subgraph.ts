import { withSubgraph } from '../../onnx/codec.ts'
import type { OnnxGraph, OnnxNode } from '../../onnx/graph.ts'
import { readsOf } from '../../onnx/graph-walk.ts'
import type { OnnxTensor } from '../../onnx/onnx-tensor.ts'
import type { Refusal } from '../typed-graph.ts'

/** A body's nodes as nodes of the graph around it. */
export interface Inlined {
  readonly nodes: readonly OnnxNode[]
  /** The body's outputs, by their names there. */
  readonly outputs: readonly string[]
}

/** Nodes that stand for one with a body, and their constants. */
export interface Expansion {
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, OnnxTensor>
}

/** Whether a node was refused. */
export function isRefusal(result: object): result is Refusal {
  return 'reason' in result
}

/**
 * A body's nodes under names of their own, which begin with `prefix`. `given` holds the names of its inputs
 * and of other values that go by another name around it.
 */
export function inlined(body: OnnxGraph, prefix: string, given: ReadonlyMap<string, string>): Inlined {
  const made = new Set(body.nodes.flatMap(({ outputs }) => outputs))
  const rename = (name: string): string => given.get(name) ?? (made.has(name) ? `${prefix}${name}` : name)
  return {
    nodes: body.nodes.map((node) => renamedNode(node, rename)),
    outputs: body.outputs.map(({ name }) => rename(name)),
  }
}

/** A body's constants under names that begin with `prefix`, and those names by the old ones. */
export function liftedConstants(
  { initializers }: OnnxGraph,
  prefix: string,
): { readonly constants: Map<string, OnnxTensor>; readonly names: Map<string, string> } {
  const names = new Map([...initializers.keys()].map((name) => [name, `${prefix}${name}`]))
  const constants = new Map([...initializers].map(([name, tensor]) => [`${prefix}${name}`, tensor]))
  return { constants, names }
}

/** The values that a body takes from around it. */
export function capturedBy(body: OnnxGraph): Set<string> {
  const own = ownNames(body)
  return new Set(body.nodes.flatMap(readsOf).filter((name) => !own.has(name)))
}

function renamedNode(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  const each = (name: string): string => (name === '' ? '' : rename(name))
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => [name, withSubgraph(value, (graph) => withCaptured(graph, rename))] as const,
  )
  return {
    ...node,
    inputs: node.inputs.map(each),
    outputs: node.outputs.map(each),
    attributes: Object.fromEntries(attributes),
  }
}

/** A body within a body: what it takes from around it is renamed, its own values keep their names. */
function withCaptured(graph: OnnxGraph, rename: (name: string) => string): OnnxGraph {
  const own = ownNames(graph)
  const captured = (name: string): string => (own.has(name) ? name : rename(name))
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renamedNode(node, captured)),
    outputs: graph.outputs.map((output) => ({ ...output, name: captured(output.name) })),
  }
}

function ownNames({ inputs, initializers, nodes }: OnnxGraph): Set<string> {
  const made = nodes.flatMap(({ outputs }) => outputs)
  return new Set([...inputs.map(({ name }) => name), ...initializers.keys(), ...made])
}

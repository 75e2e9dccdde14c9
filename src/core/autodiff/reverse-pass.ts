import { RadversaryError } from '../errors.ts'
import { isFloating } from '../onnx/data-type.ts'
import { readsOf } from '../onnx/graph-walk.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import type { Emitter, Value } from './emitter.ts'
import { ForwardNode } from './forward-node.ts'
import { differentiableInputs, isNonDifferentiable } from './non-differentiable.ts'
import { ruleOf } from './rules.ts'
import { firstOutput, type Refusal, type TypedGraph } from './typed-graph.ts'

/** Cotangents of values so far, one for each node that read the value. */
type Cotangents = Map<string, Value[]>

/**
 * Emits the cotangent of the graph's input, given that of its output: backwards over the nodes between them,
 * each node's rule adding to its inputs' cotangents. Throws `model-unsupported` for an operator without a
 * rule and for an output without a differentiable path.
 */
export function reversePass(graph: TypedGraph, seed: Value, emit: Emitter, rule = ruleOf): Value {
  const active = valuesWithGradient(graph)
  const cotangents: Cotangents = new Map([[graph.output.name, [seed]]])
  for (const node of graph.nodes.toReversed()) {
    const ofOutputs = node.outputs.map((name) => summed(cotangents, name, emit))
    if (!isNonDifferentiable(node) && ofOutputs.some((each) => each !== null)) {
      const forward = forwardNode(node, graph, ofOutputs)
      const refusal = graph.refusals?.get(firstOutput(node))
      if (refusal !== undefined) throw refusedNode(node, refusal)
      const inputVjps = rule(node)(forward, emit)
      differentiableInputs(node).forEach((name, index) => {
        if (active.has(name)) add(cotangents, name, requiredVjp(inputVjps[index], forward, index)())
      })
    }
  }
  return summed(cotangents, graph.input.name, emit) ?? noPath(graph)
}

/** Values through which a gradient reaches the input. */
function valuesWithGradient({ nodes, values, input }: TypedGraph): ReadonlySet<string> {
  const active = new Set([input.name])
  for (const node of nodes) {
    if (
      isNonDifferentiable(node) ||
      !readsOf({ ...node, inputs: differentiableInputs(node) }).some((name) => active.has(name))
    )
      continue
    for (const name of node.outputs)
      if (isFloating(values.get(name)?.dataType ?? 'undefined')) active.add(name)
  }
  return active
}

function forwardNode(
  node: OnnxNode,
  { values }: TypedGraph,
  cotangents: readonly (Value | null)[],
): ForwardNode {
  const valueOf = (name: string): Value | null => values.get(name) ?? null
  const outputs = node.outputs.map(
    (name) => values.get(name) ?? { name, shape: [], dataType: 'undefined' as const },
  )
  return new ForwardNode({ ...node, inputs: node.inputs.map(valueOf), outputs, cotangents })
}

function summed(cotangents: Cotangents, name: string, emit: Emitter): Value | null {
  const parts = cotangents.get(name)
  if (parts === undefined) return null
  const sum = emit.sum(parts)
  cotangents.set(name, [sum])
  return sum
}

function add(cotangents: Cotangents, name: string, cotangent: Value): void {
  const parts = cotangents.get(name)
  if (parts === undefined) cotangents.set(name, [cotangent])
  else parts.push(cotangent)
}

function refusedNode({ opType, name, outputs }: OnnxNode, { reason, tip }: Refusal): RadversaryError {
  return new RadversaryError(
    'model-unsupported',
    `${opType}: no gradient, since ${reason} (node '${name || (outputs[0] ?? '')}')`,
    { tip },
  )
}

function requiredVjp<T>(vjp: T | null | undefined, node: ForwardNode, index: number): T {
  if (vjp === null || vjp === undefined)
    throw node.unsupported(`a constant as input ${index}`, 'one that depends on the image')
  return vjp
}

function noPath(graph: TypedGraph): never {
  throw new RadversaryError(
    'model-unsupported',
    `Model: expected a differentiable path from '${graph.input.name}' to '${graph.output.name}', got none`,
    {
      tip: 'Choose the output that holds the scores; labels (ArgMax) and boxes after suppression have no gradient.',
    },
  )
}

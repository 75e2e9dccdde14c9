import { intAttribute } from '../onnx/attributes.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { nodesLeadingTo } from '../onnx/graph-walk.ts'
import { Emitter } from './emitter.ts'
import { axisOf } from './shapes.ts'
import type { TypedGraph } from './typed-graph.ts'
import type { Value } from './value.ts'

/**
 * What the model's output is: `none` for logits, probabilities of a `softmax` over the classes (axis 1) or of
 * a `sigmoid`; `detect` takes a final Softmax, LogSoftmax or Sigmoid for that and anything else for logits.
 */
export type OutputActivation = 'detect' | 'none' | 'softmax' | 'sigmoid'

/** Probabilities below this one count as it: the logarithm of 0 has no gradient to follow. */
const leastProbability = 1e-30

/**
 * The same graph with the logits as its output: the value before a final activation or, where probabilities
 * come out of something else, their logarithm (softmax) or log-odds (sigmoid), which are logits of the same
 * probabilities.
 */
export function takeOffActivation(graph: TypedGraph, activation: OutputActivation): TypedGraph {
  if (activation === 'none') return graph
  const last = graph.nodes.find(({ outputs }) => outputs.includes(graph.output.name))
  const before = last === undefined ? undefined : graph.values.get(last.inputs[0] ?? '')
  if (last !== undefined && before !== undefined && isActivation(last, before, activation))
    return withOutput(graph, before)
  return activation === 'detect' ? graph : withLogarithm(graph, activation)
}

function isActivation(node: OnnxNode, before: Value, activation: OutputActivation): boolean {
  if (node.opType === 'Sigmoid') return activation !== 'softmax'
  if (node.opType !== 'Softmax' && node.opType !== 'LogSoftmax') return false
  const rank = before.shape.length
  return activation !== 'sigmoid' && axisOf(intAttribute(node, 'axis', -1), rank) === 1
}

function withOutput(graph: TypedGraph, output: Value): TypedGraph {
  return { ...graph, nodes: nodesLeadingTo(graph.nodes, [output.name]), output }
}

function withLogarithm(graph: TypedGraph, activation: 'softmax' | 'sigmoid'): TypedGraph {
  const emit = new Emitter('', `${graph.freshPrefix}log`)
  const log = (p: Value): Value => emit.map('Log', emit.map('Max', p, leastProbability))
  const p = graph.output
  return withMore(graph, emit, activation === 'softmax' ? log(p) : emit.sub(log(p), log(emit.sub(1, p))))
}

/**
 * Of a graph whose last step squeezes [N, 1] to [N], what came before, so that an activation before it is
 * found.
 */
export function beforeSqueeze(graph: TypedGraph): TypedGraph {
  const last = graph.nodes.find(({ outputs }) => outputs.includes(graph.output.name))
  const before = last?.opType === 'Squeeze' ? graph.values.get(last.inputs[0] ?? '') : undefined
  return before?.shape.length === 2 && before.shape[1] === 1 ? withOutput(graph, before) : graph
}

/** An output [N] as [N, 1]; others as they are. */
export function withClassAxis(graph: TypedGraph): TypedGraph {
  const { shape } = graph.output
  if (shape.length !== 1) return graph
  const emit = new Emitter('', `${graph.freshPrefix}axis`)
  return withMore(graph, emit, emit.reshape(graph.output, [...shape, 1]))
}

/** The graph and what `emit` adds to it, of which `output` comes out. */
function withMore(graph: TypedGraph, emit: Emitter, output: Value): TypedGraph {
  const values = new Map(graph.values).set(output.name, output)
  for (const value of emit.values()) values.set(value.name, value)
  return {
    ...graph,
    nodes: [...graph.nodes, ...emit.nodes],
    values,
    output,
    freshPrefix: `${graph.freshPrefix}e`,
  }
}

import type { LossSpec } from '../model/ports.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import type { OnnxModel, OnnxNode, ValueInfo } from '../onnx/graph.ts'
import { keepBlocked } from './blocked-layout.ts'
import { decompose } from './decompose/decompose.ts'
import { Emitter, type Value } from './emitter.ts'
import { emitLoss } from './loss-graphs.ts'
import { reversePass } from './reverse-pass.ts'
import type { ruleOf } from './rules.ts'
import { range } from './shapes.ts'
import { constantsOf, type TypedGraph } from './typed-graph.ts'

/** One graph that computes logits, loss and gradient, and what its inputs and outputs are called in it. */
export interface GradientGraph {
  readonly model: OnnxModel
  readonly input: string
  /** One target of the logits' shape and one weight [1] for each term of the loss. */
  readonly targets: readonly string[]
  readonly weights: readonly string[]
  readonly logits: Value
  readonly loss: string
  readonly gradient: string
}

export interface GradientOptions {
  readonly kind: LossSpec['kind']
  /** How many weighted targets the loss has. */
  readonly termCount: number
  /** Execution provider that the graph is meant for. */
  readonly device: string
  /** Another table of rules (tests of the checker of rules). */
  readonly ruleOf?: typeof ruleOf
}

/** The forward pass alone, from the inputs to the logits. */
export function forwardModel(graph: TypedGraph): OnnxModel {
  return assemble(graph, graph.nodes, undefined, [graph.input, ...graph.beside], [graph.output])
}

/** The forward pass, the loss and the reverse pass as one graph. */
export function gradientGraph(whole: TypedGraph, options: GradientOptions): GradientGraph {
  const { kind, termCount, device } = options
  const graph = decompose(whole, device)
  const { input, output, freshPrefix } = graph
  const emit = new Emitter(device, freshPrefix)
  const terms = range(termCount).map((index) => ({
    target: { name: `${freshPrefix}0_target${index}`, shape: output.shape, dataType: 'float32' } as const,
    weight: { name: `${freshPrefix}0_weight${index}`, shape: [1], dataType: 'float32' } as const,
  }))
  const { loss, cotangent } = emitLoss(kind, output, terms, emit)
  const gradient = named(emit, reversePass(graph, cotangent, emit, options.ruleOf))
  const plain = [...graph.nodes.map((node) => emit.withExtraOutputs(node)), ...emit.nodes]
  const values = new Map([...graph.values, ...emit.values().map((value) => [value.name, value] as const)])
  const nodes = device === 'cpu' ? keepBlocked(plain, values, emit) : plain
  const inputs = [input, ...graph.beside, ...terms.flatMap(({ target, weight }) => [target, weight])]
  return {
    model: assemble(graph, nodes, emit, inputs, [output, loss, gradient]),
    input: input.name,
    targets: terms.map(({ target }) => target.name),
    weights: terms.map(({ weight }) => weight.name),
    logits: output,
    loss: loss.name,
    gradient: gradient.name,
  }
}

/** A graph's output must be a node's result: a model may hand its input's cotangent straight through. */
function named(emit: Emitter, value: Value): Value {
  return emit.nodes.some(({ outputs }) => outputs.includes(value.name)) ? value : emit.map('Identity', value)
}

function assemble(
  graph: TypedGraph,
  nodes: readonly OnnxNode[],
  emit: Emitter | undefined,
  inputs: readonly Value[],
  outputs: readonly Value[],
): OnnxModel {
  const needed = nodesLeadingTo(
    nodes,
    outputs.map(({ name }) => name),
  )
  const read = new Set(needed.flatMap(readsOf))
  const initializers = constantsOf(needed, graph.values)
  for (const [name, tensor] of emit?.initializers ?? []) if (read.has(name)) initializers.set(name, tensor)
  return {
    irVersion: graph.irVersion,
    opsets: new Map(
      [...graph.opsets].filter(([domain]) => domain === '' || needed.some((node) => node.domain === domain)),
    ),
    producer: 'radversary',
    graph: {
      name: 'radversary',
      nodes: needed,
      initializers,
      inputs: inputs.map(valueInfo),
      outputs: outputs.map(valueInfo),
      valueInfos: new Map(
        computedBy(needed, emit?.values() ?? []).map((value) => [value.name, valueInfo(value)]),
      ),
    },
    functions: graph.functions,
  }
}

/**
 * Their shapes are known here; ONNX Runtime does not infer all of them, and keeps its own layout only for
 * what it knows.
 */
function computedBy(nodes: readonly OnnxNode[], values: readonly Value[]): Value[] {
  const computed = new Set(nodes.flatMap(({ outputs }) => outputs))
  return values.filter(({ name }) => computed.has(name))
}

function valueInfo({ name, dataType, shape }: Value): ValueInfo {
  return { name, dataType, shape }
}

import { isRow } from '../model/model-facts.ts'
import { intAttribute } from '../onnx/attributes.ts'
import { isFloating } from '../onnx/data-type.ts'
import { endOf, type FinalActivation, type GraphEnd } from '../onnx/graph-end.ts'
import { nodesLeadingTo } from '../onnx/graph-walk.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { type Shape, sizeOf } from '../tensor/tensor.ts'
import { Emitter, type Value } from './emitter.ts'
import { axisOf, sameShape } from './shapes.ts'
import type { TypedGraph } from './typed-graph.ts'

/**
 * What the model's output is: `none` for logits, probabilities of a `softmax` over the classes (axis 1) or of
 * a `sigmoid`; `detect` takes a final Softmax, LogSoftmax or Sigmoid for that and anything else for logits.
 */
export type OutputActivation = 'detect' | 'none' | 'softmax' | 'sigmoid'

/** Probabilities below this one count as it: the logarithm of 0 has no gradient to follow. */
const leastProbability = 1e-30

/** How logits come of what a file gives. */
export interface LogitsOrigin {
  /** The final activation before which they are taken. */
  readonly takenOff?: FinalActivation['opType'] | undefined
  /** Whether they are logarithms of probabilities that no known activation made. */
  readonly isLogarithm: boolean
}

/** A graph whose output is the logits. */
export interface LogitsGraph extends TypedGraph {
  readonly origin: LogitsOrigin
}

/**
 * The same graph with the logits as its output: the value before a final activation, however it is spelled
 * and whatever operators rearrange its results, or, where probabilities come out of something else, their
 * logarithm (softmax) or log-odds (sigmoid), which are logits of the same probabilities.
 */
export function takeOffActivation(graph: TypedGraph, activation: OutputActivation): LogitsGraph {
  const asItIs = { ...graph, origin: { isLogarithm: false } }
  if (activation === 'none') return asItIs
  const { values, nodes } = graph
  const end = endOf({ nodes, constant: (name) => values.get(name)?.constant }, graph.output.name)
  const before = end.activation && beforeActivation(graph, end, end.activation, activation)
  if (before !== undefined)
    return { ...before, origin: { isLogarithm: false, takenOff: end.activation?.opType } }
  return activation === 'detect'
    ? asItIs
    : { ...withLogarithm(graph, activation), origin: { isLogarithm: true } }
}

/** The graph without its final activation; undefined where that is another than the wanted one. */
function beforeActivation(
  graph: TypedGraph,
  { node, rearranged }: GraphEnd,
  { opType, logits, factor, axis }: FinalActivation,
  wanted: 'detect' | 'softmax' | 'sigmoid',
): TypedGraph | undefined {
  const [z, p] = [graph.values.get(logits), graph.values.get(node?.outputs[0] ?? '')]
  if (z === undefined || p === undefined || !sameShape(z.shape, p.shape)) return undefined
  if (wanted !== 'detect' && (wanted === 'sigmoid') !== (opType === 'Sigmoid')) return undefined
  const isAlongClasses =
    axis !== undefined && classAxisAfter(graph, rearranged, axisOf(axis, z.shape.length)) === 1
  if (opType !== 'Sigmoid' && !isAlongClasses) return undefined
  return rearrangedAgain(graph, z, factor, rearranged)
}

/**
 * Where an axis of classes is after operators that rearrange; undefined where they part or join its classes.
 */
function classAxisAfter(
  { values }: TypedGraph,
  rearranged: readonly OnnxNode[],
  first: number,
): number | undefined {
  return rearranged.reduce<number | undefined>((axis, node) => {
    const from = values.get(node.inputs[0] ?? '')?.shape
    const to = values.get(node.outputs[0] ?? '')?.shape
    return axis === undefined || !from || !to ? undefined : movedAxis(node, axis, from, to)
  }, first)
}

function movedAxis(node: OnnxNode, axis: number, from: Shape, to: Shape): number | undefined {
  switch (node.opType) {
    case 'Transpose': {
      const { perm } = node.attributes
      const permutation = Array.isArray(perm) ? perm : [...from.keys()].reverse()
      return found(permutation.indexOf(axis))
    }
    case 'Gather': {
      const gathered = axisOf(intAttribute(node, 'axis', 0), from.length)
      if (gathered === axis) return undefined
      return axis < gathered ? axis : axis + to.length - from.length
    }
    case 'Slice':
    case 'Expand':
    case 'Tile':
      return from.length === to.length && from[axis] === to[axis] ? axis : undefined
    default:
      return reshapedAxis(axis, from, to)
  }
}

/** The axis of as many classes with as many elements before it. */
function reshapedAxis(axis: number, from: Shape, to: Shape): number | undefined {
  const before = sizeOf(from.slice(0, axis))
  return found(to.findIndex((extent, at) => extent === from[axis] && sizeOf(to.slice(0, at)) === before))
}

function found(index: number): number | undefined {
  return index < 0 ? undefined : index
}

/** `factor` · z, rearranged as the activation's results were, as the graph's output. */
function rearrangedAgain(
  graph: TypedGraph,
  z: Value,
  factor: number,
  rearranged: readonly OnnxNode[],
): TypedGraph | undefined {
  const emit = new Emitter('', `${graph.freshPrefix}end`)
  const moved = rearranged.filter(({ opType }) => opType !== 'Clip')
  let output = factor === 1 ? z : emit.mul(z, factor)
  for (const node of moved) {
    const value = graph.values.get(node.outputs[0] ?? '')
    if (value === undefined || !isFloating(value.dataType)) return undefined
    const others = node.inputs.slice(1).map((name) => (name === '' ? null : (graph.values.get(name) ?? null)))
    output = emit.op(node.opType, [output, ...others], value.shape, { attributes: node.attributes })
  }
  return withMore(graph, emit, output)
}

function withLogarithm(graph: TypedGraph, activation: 'softmax' | 'sigmoid'): TypedGraph {
  const emit = new Emitter('', `${graph.freshPrefix}log`)
  const log = (p: Value): Value => emit.map('Log', emit.map('Max', p, leastProbability))
  const p = graph.output
  return withMore(graph, emit, activation === 'softmax' ? log(p) : emit.sub(log(p), log(emit.sub(1, p))))
}

/**
 * An output [N] as [N, 1], and one with a single prediction an image, where that is asked for, as [N, K]:
 * [N, K, 1, 1] of a fully convolutional network, or [N, 1, 1, K]. Others stay as they are.
 */
export function withClassAxis(graph: TypedGraph, isOneRow = false): TypedGraph {
  const [count, ...rest] = graph.output.shape
  if (count === undefined || (rest.length > 0 && !(isOneRow && isRow(rest)))) return graph
  const emit = new Emitter('', `${graph.freshPrefix}axis`)
  return withMore(graph, emit, emit.reshape(graph.output, [count, sizeOf(rest)]))
}

/** The graph and what `emit` adds to it, of which `output` comes out. */
function withMore(graph: TypedGraph, emit: Emitter, output: Value): TypedGraph {
  const values = new Map(graph.values).set(output.name, output)
  for (const value of emit.values()) values.set(value.name, value)
  return {
    ...graph,
    nodes: nodesLeadingTo([...graph.nodes, ...emit.nodes], [output.name]),
    values,
    output,
    freshPrefix: emit.nodes.length === 0 ? graph.freshPrefix : `${graph.freshPrefix}e`,
  }
}

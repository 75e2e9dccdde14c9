import type { Attributes } from '../../onnx/graph.ts'
import { activated } from './activation.ts'
import { inputOf, listed, placed, type KernelCall, type KernelRule } from './rule.ts'
import type { TraceGraph } from './trace-graph.ts'
import { isChannelsFirst, type Traced, type TracedType } from './traced.ts'

/** f(x), pixel by pixel, in whatever layout x has. */
export function unary(
  opType: string,
  attributes: Attributes | ((call: KernelCall) => Attributes) = {},
  input = 'x',
): KernelRule {
  return (call) => {
    const given = typeof attributes === 'function' ? attributes(call) : attributes
    return mapped(call, (name) => call.graph.node(opType, [name], given), input)
  }
}

/** A question to every pixel. */
export function truth(opType: string): KernelRule {
  return (call) => mapped(call, (name) => call.graph.node(opType, [name]), 'x', 'bool')
}

/** The same with several nodes. */
export function mapped(
  call: KernelCall,
  map: (name: string) => string,
  input = 'x',
  dtype?: TracedType,
): Traced {
  const x = inputOf(call, input)
  const layout = isChannelsFirst(x) ? 'channels-first' : 'as-is'
  return placed(map(call.graph.nameOf(x)), x.shape, layout, dtype ?? x.dtype)
}

/** f(a, b) with TensorFlow's broadcasting, which is ONNX's where both have one layout. */
export function binary(
  opType: string,
  names: readonly [string, string] = ['a', 'b'],
  dtype?: TracedType,
): KernelRule {
  return (call) => {
    const values = names.map((name) => inputOf(call, name))
    return combined(call.graph, values, (inputs) => call.graph.node(opType, inputs), dtype)
  }
}

/** All inputs, two at a time. */
export const addAll: KernelRule = (call) =>
  combined(call.graph, listed(call), (names) => call.graph.node('Sum', names))

export const squaredDifference: KernelRule = (call) => {
  const { graph } = call
  return combined(graph, [inputOf(call, 'a'), inputOf(call, 'b')], (names) => {
    const difference = graph.node('Sub', names)
    return graph.node('Mul', [difference, difference])
  })
}

export const prelu: KernelRule = (call) => {
  const { graph } = call
  return combined(graph, [inputOf(call, 'x'), inputOf(call, 'alpha')], (names) => graph.node('PRelu', names))
}

export const select: KernelRule = (call) => {
  const { graph } = call
  const [condition, t, e] = ['condition', 't', 'e'].map((name) => inputOf(call, name))
  if (condition === undefined || t === undefined || e === undefined) return []
  return combined(graph, [condition, t, e], (names) => graph.node('Where', names), t.dtype)
}

export const cast: KernelRule = (call) => {
  const dtype = call.attributes.text('dtype')
  const [to, type]: [number, TracedType] =
    dtype === 'int32' ? [6, 'int32'] : dtype === 'bool' ? [9, 'bool'] : [1, 'float32']
  return mapped(call, (name) => call.graph.node('Cast', [name], { to }), 'x', type)
}

export const clipByValue: KernelRule = (call) => {
  const { graph, attributes } = call
  const [least, most] = ['clipValueMin', 'clipValueMax'].map((name) =>
    graph.floats([], [attributes.number(name)]),
  )
  return mapped(call, (name) => graph.node('Clip', [name, least ?? '', most ?? '']))
}

/** x ↦ 1 where x > 0, else alpha. */
export const step: KernelRule = (call) => {
  const { graph, attributes } = call
  const one = graph.floats([], [1])
  const below = graph.floats([], [attributes.number('alpha', 0)])
  return mapped(call, (name) =>
    graph.node('Where', [graph.node('Greater', [name, graph.floats([], [0])]), one, below]),
  )
}

export const leakyRelu = unary('LeakyRelu', ({ attributes }) => ({
  alpha: { float: attributes.number('alpha', 0.2) },
}))

export const relu6: KernelRule = (call) =>
  mapped(call, (name) => activated(call.graph, name, { activation: 'relu6' }))

export const rsqrt: KernelRule = (call) => {
  const { graph } = call
  return mapped(call, (name) => graph.node('Reciprocal', [graph.node('Sqrt', [name])]))
}

export const square: KernelRule = (call) => mapped(call, (name) => call.graph.node('Mul', [name, name]))

export const expm1: KernelRule = (call) => {
  const { graph } = call
  return mapped(call, (name) => graph.node('Sub', [graph.node('Exp', [name]), graph.floats([], [1])]))
}

export const log1p: KernelRule = (call) => {
  const { graph } = call
  return mapped(call, (name) => graph.node('Log', [graph.node('Add', [name, graph.floats([], [1])])]))
}

/**
 * Values brought to one layout: channels-first where any is, since that is what convolutions around them
 * want. Axes are added in front where a value has fewer.
 */
export function combined(
  graph: TraceGraph,
  values: readonly Traced[],
  combine: (names: readonly string[]) => string,
  dtype: TracedType = values[0]?.dtype ?? 'float32',
): Traced {
  const shape = broadcastShape(values.map((value) => value.shape))
  const first = values.some(isChannelsFirst)
  const names = values.map((value) => {
    if (!first || value.shape.length === 0) return graph.asIs(value)
    return graph.channelsFirst(withRank(graph, value, shape.length))
  })
  return placed(combine(names), shape, first ? 'channels-first' : 'as-is', dtype)
}

function withRank(graph: TraceGraph, value: Traced, rank: number): Traced {
  const { shape } = value
  if (shape.length === rank) return value
  const longer = [...Array.from({ length: rank - shape.length }, () => 1), ...shape]
  if (value.at.kind === 'known') return { ...value, shape: longer }
  const axes = graph.ints(Array.from({ length: rank - shape.length }, (_, axis) => axis))
  return placed(graph.node('Unsqueeze', [graph.asIs(value), axes]), longer, 'as-is', value.dtype)
}

function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length))
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    return extents.find((extent) => extent !== 1) ?? 1
  })
}

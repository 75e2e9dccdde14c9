import { broadcastExtent } from '../../autodiff/shapes.ts'
import type { Attributes } from '../../onnx/graph.ts'
import { inputOf, type KernelAttributes, type KernelCall, type KernelRule, listed, placed } from './rule.ts'
import type { TraceGraph } from './trace-graph.ts'
import { isChannelsFirst, type Traced, type TracedType } from './traced.ts'
import { RadversaryError } from '../../errors.ts'
import { dataTypeCode } from '../../onnx/data-type.ts'
import { float32Tensor } from '../../onnx/onnx-tensor.ts'
import { reduce } from './reduction.ts'

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
function mapped(call: KernelCall, map: (name: string) => string, input = 'x', dtype?: TracedType): Traced {
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
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? broadcastExtent)
    return extents.find((extent) => extent !== broadcastExtent) ?? broadcastExtent
  })
}

/** What a fused kernel does to its sum. */
export interface FusedActivation {
  readonly activation: string
  /** The name of a prelu's weights, in the sum's layout. */
  readonly slopes?: string | undefined
  readonly alpha?: number
}

export function fusedActivation(attributes: KernelAttributes, slopes: string | undefined): FusedActivation {
  return {
    activation: attributes.text('activation', 'linear'),
    slopes,
    alpha: attributes.number('leakyreluAlpha', 0.2),
  }
}

/** tfjs-core's fused activations (fused_types.ts). */
export function activated(
  graph: TraceGraph,
  name: string,
  { activation, slopes, alpha = 0.2 }: FusedActivation,
): string {
  switch (activation) {
    case 'linear':
      return name
    case 'relu':
      return graph.node('Relu', [name])
    case 'relu6':
      return graph.node('Clip', [name, graph.floats([], [0]), graph.floats([], [6])])
    case 'elu':
      return graph.node('Elu', [name])
    case 'sigmoid':
      return graph.node('Sigmoid', [name])
    case 'prelu':
      return graph.node('PRelu', [name, slopes ?? ''])
    case 'leakyrelu':
      return graph.node('LeakyRelu', [name], { alpha: { float: alpha } })
    default:
      throw new RadversaryError(
        'model-unsupported',
        `TensorFlow.js: the fused activation ${activation} is not known`,
      )
  }
}

export const notEqual: KernelRule = (call) => {
  const { graph } = call
  const values = [inputOf(call, 'a'), inputOf(call, 'b')]
  return combined(graph, values, (names) => graph.node('Not', [graph.node('Equal', names)]), 'bool')
}

export const isFinite: KernelRule = (call) => {
  const { graph } = call
  const isNot = (name: string) => graph.node('Or', [graph.node('IsNaN', [name]), graph.node('IsInf', [name])])
  return mapped(call, (name) => graph.node('Not', [isNot(name)]), 'x', 'bool')
}

/** All (the least truth) and Any (the largest), of bool values. */
export function quantified(opType: 'ReduceMin' | 'ReduceMax'): KernelRule {
  const reduced = reduce(opType)
  return (call) => {
    const { graph } = call
    const numbers = mapped(call, (name) => castTo(graph, name, 'float32'), 'x', 'float32')
    const result = reduced({ ...call, inputs: { ...call.inputs, x: numbers } })
    return mapped(
      { ...call, inputs: { x: Array.isArray(result) ? undefined : result } },
      (name) => castTo(graph, name, 'bool'),
      'x',
      'bool',
    )
  }
}

/** Division rounded down; of whole numbers (a − a mod b) / b, since ONNX rounds those towards 0. */
export const floorDivision: KernelRule = (call) => {
  const { graph } = call
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')]
  return combined(graph, [a, b], ([left = '', right = '']) =>
    a.dtype === 'float32'
      ? graph.node('Floor', [graph.node('Div', [left, right])])
      : graph.node('Div', [graph.node('Sub', [left, graph.node('Mod', [left, right])]), right]),
  )
}

/** The remainder, of the divisor's sign. */
export const floorModulus: KernelRule = (call) => {
  const { graph } = call
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')]
  return combined(graph, [a, b], ([left = '', right = '']) => {
    if (a.dtype !== 'float32') return graph.node('Mod', [left, right])
    const quotient = graph.node('Floor', [graph.node('Div', [left, right])])
    return graph.node('Sub', [left, graph.node('Mul', [quotient, right])])
  })
}

/** ZerosLike and OnesLike: of x's shape, whatever the batch. */
export function filledLike(value: 0 | 1): KernelRule {
  return (call) => {
    const { graph } = call
    const tensor = float32Tensor([1], [value])
    const filled = (name: string) =>
      graph.node('ConstantOfShape', [graph.node('Shape', [name])], { value: { tensor } })
    const { dtype } = inputOf(call, 'x')
    return mapped(call, (name) => (dtype === 'float32' ? filled(name) : castTo(graph, filled(name), dtype)))
  }
}

function castTo(graph: TraceGraph, name: string, dtype: 'float32' | 'int32' | 'bool'): string {
  return graph.node('Cast', [name], { to: dataTypeCode(dtype) })
}

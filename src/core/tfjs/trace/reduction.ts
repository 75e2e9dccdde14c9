import { inputOf, type KernelRule, placed } from './rule.ts'
import { axisIn, isChannelsFirst, type Traced } from './traced.ts'
import { dataTypeCode } from '../../onnx/data-type.ts'

/** Mean, Sum, Max, Min and Prod over the axes that `attribute` names. */
export function reduce(opType: string, attribute = 'axis'): KernelRule {
  return (call) => {
    const { graph, attributes } = call
    const x = inputOf(call, 'x')
    const rank = x.shape.length
    const given = attributes.raw(attribute) ?? null
    const all = [...x.shape.keys()]
    const axes =
      given === null ? all : attributes.numbers(attribute).map((axis) => (axis < 0 ? axis + rank : axis))
    const keeps = attributes.flag('keepDims')
    const shape = x.shape.flatMap((extent, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [extent]))
    const inPlace = isChannelsFirst(x) && (keeps || isOrderKept(x, axes))
    const name = inPlace ? graph.nameOf(x) : graph.asIs(x)
    const places = inPlace ? axes.map((axis) => axisIn(x, axis)) : axes
    const reduced = graph.node(opType, [name, graph.ints(places)], { keepdims: Number(keeps) })
    return placed(reduced, shape, inPlace && keeps ? 'channels-first' : 'as-is', x.dtype)
  }
}

/** What is left of [N, C, ...spatial] is what is left of [N, ...spatial, C]. */
function isOrderKept({ shape }: Traced, axes: readonly number[]): boolean {
  return shape.slice(1, -1).every((_, at) => axes.includes(at + 1)) || axes.includes(shape.length - 1)
}

const int32 = dataTypeCode('int32')

/** ArgMax and ArgMin over one axis, which goes; of equals the first. */
export function arg(opType: 'ArgMax' | 'ArgMin'): KernelRule {
  return (call) => {
    const { graph, attributes } = call
    const x = inputOf(call, 'x')
    const given = attributes.numbers('axis')[0] ?? 0
    const axis = given < 0 ? given + x.shape.length : given
    // Without its channels, an image has the same axes in either layout.
    const inPlace = isChannelsFirst(x) && axis === x.shape.length - 1
    const name = inPlace ? graph.nameOf(x) : graph.asIs(x)
    const places = graph.node(opType, [name], { axis: inPlace ? axisIn(x, axis) : axis, keepdims: 0 })
    const shape = x.shape.filter((_, at) => at !== axis)
    return placed(graph.node('Cast', [places], { to: int32 }), shape, 'as-is', 'int32')
  }
}

/** TopK of TensorFlow's last axis: values and where they were. */
export const topK: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const count = attributes.number('k')
  const inputs = [graph.asIs(x), graph.ints([count])]
  const [values = '', places = ''] = graph.nodes('TopK', inputs, 2, {
    axis: -1,
    sorted: Number(attributes.flag('sorted')),
  })
  const shape = [...x.shape.slice(0, -1), count]
  return [
    placed(values, shape, 'as-is', x.dtype),
    placed(graph.node('Cast', [places], { to: int32 }), shape, 'as-is', 'int32'),
  ]
}

/** Cumsum along one axis. */
export const cumulativeSum: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const given = attributes.number('axis')
  const axis = graph.ints([axisIn(x, given)])
  const flags = {
    exclusive: Number(attributes.flag('exclusive')),
    reverse: Number(attributes.flag('reverse')),
  }
  const name = graph.node('CumSum', [graph.nameOf(x), axis], flags)
  return placed(name, x.shape, isChannelsFirst(x) ? 'channels-first' : 'as-is', x.dtype)
}

/** Reverse along the axes `dims`. */
export const reverse: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const axes = attributes.numbers('dims').map((axis) => axisIn(x, axis))
  const each = (value: number) => graph.ints(axes.map(() => value))
  const name = graph.node('Slice', [graph.nameOf(x), each(-1), each(-(2 ** 31)), graph.ints(axes), each(-1)])
  return placed(name, x.shape, isChannelsFirst(x) ? 'channels-first' : 'as-is', x.dtype)
}

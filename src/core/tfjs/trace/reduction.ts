import { inputOf, placed, type KernelRule } from './rule.ts'
import { axisIn, isChannelsFirst, type Traced } from './traced.ts'

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

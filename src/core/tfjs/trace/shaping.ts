import { entry } from '../../entry.ts'
import { dataTypeCode } from '../../onnx/data-type.ts'
import { extentOf, extents4, sizeOf } from '../../tensor/tensor.ts'
import { inputOf, type KernelCall, type KernelRule, listed, placed, unsupported } from './rule.ts'
import type { TraceGraph } from './trace-graph.ts'
import {
  axisIn,
  channelsFirstOrder,
  channelsLastOrder,
  isChannelsFirst,
  isKnown,
  type Traced,
} from './traced.ts'

export const reshape: KernelRule = (call) =>
  reshaped(call.graph, inputOf(call, 'x'), call.attributes.numbers('shape'))

export const expandDims: KernelRule = (call) => {
  const x = inputOf(call, 'input')
  const rank = x.shape.length + 1
  const dim = call.attributes.number('dim')
  const shape = [...x.shape]
  shape.splice(dim < 0 ? dim + rank : dim, 0, 1)
  return reshaped(call.graph, x, shape)
}

/** To a shape whose extents may hold the batch, alone or times others. */
function reshaped(graph: TraceGraph, x: Traced, wanted: readonly number[]): Traced {
  const shape = withoutUnknown(wanted, sizeOf(x.shape))
  if (isKnown(x)) return { ...x, shape }
  if (sameNumbers(shape, x.shape)) return x
  // One pixel: its channels lie in one row in either layout.
  const flat = isChannelsFirst(x) && isOnePixel(x.shape)
  const name = flat ? graph.nameOf(x) : graph.asIs(x)
  const first = isOnePixel(shape)
  const target = first ? channelsFirstOrder(shape.length).map((axis) => extentOf(shape, axis)) : shape
  return placed(
    graph.node('Reshape', [name, graph.ints(withFreeBatch(graph, target))]),
    shape,
    first ? 'channels-first' : 'as-is',
    x.dtype,
  )
}

function withoutUnknown(shape: readonly number[], size: number): number[] {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  return shape.map((extent) => (extent === -1 ? size / known : extent))
}

function isOnePixel(shape: readonly number[]): boolean {
  return shape.length > 2 && shape.slice(1, -1).every((extent) => extent === 1)
}

/** ONNX works out one extent itself: the one that holds the batch. */
export function withFreeBatch({ batch }: TraceGraph, shape: readonly number[]): number[] {
  const place = shape.findIndex((extent) => extent % batch === 0 && extent > 0)
  return shape.map((extent, axis) => (axis === place ? -1 : extent))
}

export const transpose: KernelRule = ({ graph, attributes, ...call }) => {
  const x = inputOf({ graph, attributes, ...call }, 'x')
  const perm = attributes.numbers('perm')
  const shape = perm.map((axis) => extentOf(x.shape, axis))
  const rank = perm.length
  // Channels moved from second to last place: the value is what a convolution wants already.
  if (!isChannelsFirst(x) && rank > 2 && sameNumbers(perm, channelsLastOrder(rank)))
    return placed(graph.nameOf(x), shape, 'channels-first', x.dtype)
  const places = perm.map((axis) => axisIn(x, axis))
  return placed(graph.transpose(graph.nameOf(x), places), shape, 'as-is', x.dtype)
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

export const concat: KernelRule = (call) => {
  const { graph, attributes } = call
  const values = listed(call).filter(({ shape }) => sizeOf(shape) > 0)
  const [one] = values
  if (one === undefined) throw unsupported(call, 'a concatenation of nothing')
  const first = values.some(isChannelsFirst)
  const rank = one.shape.length
  const axis = positive(attributes.number('axis'), rank)
  const names = values.map((value) => (first ? graph.channelsFirst(value) : graph.asIs(value)))
  const shape = one.shape.map((extent, at) =>
    at === axis ? values.reduce((sum, each) => sum + extentOf(each.shape, at), 0) : extent,
  )
  const place = first ? (channelsLastOrder(rank)[axis] ?? axis) : axis
  return placed(
    graph.node('Concat', names, { axis: place }),
    shape,
    first ? 'channels-first' : 'as-is',
    one.dtype,
  )
}

export const slice: KernelRule = (call) => {
  const x = inputOf(call, 'x')
  const begin = call.attributes.numbers('begin')
  const size = call.attributes.numbers('size')
  const shape = x.shape.map((extent, axis) =>
    (size[axis] ?? -1) === -1 ? extent - entry(begin, axis) : (size[axis] ?? extent),
  )
  const parts = shape.map((extent, axis) => ({
    start: entry(begin, axis),
    end: entry(begin, axis) + extent,
    step: 1,
  }))
  return sliced(call.graph, x, parts, shape)
}

/** A range of an axis, as ONNX's Slice has it. */
export interface Part {
  readonly start: number
  readonly end: number
  readonly step: number
}

/** Axes that are taken whole, the batch among them, stay out of the node. */
function sliced(graph: TraceGraph, x: Traced, parts: readonly Part[], shape: readonly number[]): Traced {
  const layout = isChannelsFirst(x) ? 'channels-first' : 'as-is'
  const cut = [...parts.entries()].filter(
    ([axis, { start, end, step }]) => start !== 0 || end !== x.shape[axis] || step !== 1,
  )
  if (cut.length === 0) return x
  const list = (value: (part: Part) => number) => graph.ints(cut.map(([, part]) => value(part)))
  const axes = graph.ints(cut.map(([axis]) => axisIn(x, axis)))
  const inputs = [
    graph.nameOf(x),
    list(({ start }) => start),
    list(({ end }) => end),
    axes,
    list(({ step }) => step),
  ]
  return placed(graph.node('Slice', inputs), shape, layout, x.dtype)
}

export const split: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const axis = positive(attributes.number('axis'), x.shape.length)
  const given = attributes.raw('numOrSizeSplits')
  const extent = extentOf(x.shape, axis)
  const sizes =
    typeof given === 'number'
      ? Array.from({ length: given }, () => extent / given)
      : attributes.numbers('numOrSizeSplits')
  const rest = extent - sizes.reduce((sum, size) => sum + Math.max(0, size), 0)
  const whole = sizes.map((size) => (size === -1 ? rest : size))
  const names = graph.nodes('Split', [graph.nameOf(x), graph.ints(whole)], whole.length, {
    axis: axisIn(x, axis),
  })
  const layout = isChannelsFirst(x) ? 'channels-first' : 'as-is'
  return names.map((name, part) =>
    placed(
      name,
      x.shape.map((each, at) => (at === axis ? (whole[part] ?? each) : each)),
      layout,
      x.dtype,
    ),
  )
}

export const pack: KernelRule = (call) => {
  const { graph, attributes } = call
  const values = listed(call)
  const rank = entry(values, 0).shape.length + 1
  const axis = positive(attributes.number('axis'), rank)
  const axes = graph.ints([axis])
  const names = values.map((value) => graph.node('Unsqueeze', [graph.asIs(value), axes]))
  const shape = [...(values[0]?.shape ?? [])]
  shape.splice(axis, 0, values.length)
  return placed(graph.node('Concat', names, { axis }), shape, 'as-is', values[0]?.dtype)
}

export const unpack: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'value')
  const axis = positive(attributes.number('axis'), x.shape.length)
  const count = extentOf(x.shape, axis)
  const shape = x.shape.filter((_, at) => at !== axis)
  const parts = graph.nodes(
    'Split',
    [graph.asIs(x), graph.ints(Array.from({ length: count }, () => 1))],
    count,
    { axis },
  )
  return parts.map((part) =>
    placed(graph.node('Squeeze', [part, graph.ints([axis])]), shape, 'as-is', x.dtype),
  )
}

export const tile: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const repeats = attributes.numbers('reps')
  const shape = x.shape.map((extent, axis) => extent * entry(repeats, axis))
  return placed(graph.node('Tile', [graph.asIs(x), graph.ints(repeats)]), shape, 'as-is', x.dtype)
}

export const gather: KernelRule = (call) => {
  const { graph, attributes } = call
  const [x, indices] = [inputOf(call, 'x'), inputOf(call, 'indices')]
  if (attributes.number('batchDims', 0) !== 0) throw unsupported(call, 'gathering by batch')
  const axis = positive(attributes.number('axis', 0), x.shape.length)
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  // As many axes as before, so that they may stay where they are.
  const inPlace = isChannelsFirst(x) && indices.shape.length === 1
  const inputs = [inPlace ? graph.nameOf(x) : graph.asIs(x), graph.asIs(indices)]
  const name = graph.node('Gather', inputs, { axis: inPlace ? axisIn(x, axis) : axis })
  return placed(name, shape, inPlace ? 'channels-first' : 'as-is', x.dtype)
}

/** GatherNd: its indices are all known, or worked out. */
export const gatherNd: KernelRule = (call) => {
  const { graph } = call
  const [x, indices] = [inputOf(call, 'params'), inputOf(call, 'indices')]
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(extentOf(indices.shape, -1))]
  const places = graph.node('Cast', [graph.asIs(indices)], { to: dataTypeCode('int64') })
  return placed(graph.node('GatherND', [graph.asIs(x), places]), shape, 'as-is', x.dtype)
}

export const depthToSpace: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const block = attributes.number('blockSize')
  const [count, rows, columns, channels] = extents4(x.shape)
  const name = graph.node('DepthToSpace', [graph.channelsFirst(x)], { blocksize: block, mode: 'DCR' })
  return placed(name, [count, rows * block, columns * block, channels / block ** 2], 'channels-first')
}

function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** The value itself. */
export const identity: KernelRule = (call: KernelCall) => inputOf(call, 'x')

/**
 * One entry of a StridedSlice: a range of an axis, one place of it, an axis that is added, or all axes that
 * nobody names.
 */
type Entry = { readonly kind: 'range' | 'place'; readonly at: number } | { readonly kind: 'added' | 'rest' }

/** StridedSlice with all its masks (TensorFlow's tf.strided_slice). */
export const stridedSlice: KernelRule = (call) => {
  const x = inputOf(call, 'x')
  const entries = withRest(entriesOf(call), x.shape.length)
  const axes = entries.filter(({ kind }) => kind !== 'added')
  const parts = axes.map((entry, axis) => partOf(call, entry, extentOf(x.shape, axis)))
  const shape = parts.map(({ start, end, step }) => Math.max(0, Math.ceil((end - start) / step)))
  const cut = sliced(call.graph, x, parts.map(forSlice), shape)
  let axis = 0
  const wanted = entries.flatMap(({ kind }) => {
    if (kind === 'added') return [1]
    const extent = extentOf(shape, axis++)
    return kind === 'place' ? [] : [extent]
  })
  return reshaped(call.graph, cut, wanted)
}

function entriesOf({ attributes }: KernelCall): Entry[] {
  const isSet = (mask: string, at: number) => ((attributes.number(mask, 0) >> at) & 1) === 1
  return attributes.numbers('begin').map((_, at): Entry => {
    if (isSet('ellipsisMask', at)) return { kind: 'rest' }
    if (isSet('newAxisMask', at)) return { kind: 'added' }
    return { kind: isSet('shrinkAxisMask', at) ? 'place' : 'range', at }
  })
}

/** The ellipsis, or else the end, stands for as many whole axes as are left. */
function withRest(entries: readonly Entry[], rank: number): Entry[] {
  const named = entries.filter(({ kind }) => kind === 'range' || kind === 'place').length
  const rest = Array.from({ length: Math.max(0, rank - named) }, (): Entry => ({ kind: 'rest' }))
  const place = entries.findIndex(({ kind }) => kind === 'rest')
  return place === -1
    ? [...entries, ...rest]
    : [...entries.slice(0, place), ...rest, ...entries.slice(place + 1)]
}

/** The range with both ends within [0, extent], or within [−1, extent − 1] when it runs backwards. */
function partOf({ attributes }: KernelCall, range: Entry, extent: number): Part {
  if (!('at' in range)) return { start: 0, end: extent, step: 1 }
  const { kind, at } = range
  const value = (name: string) => entry(attributes.numbers(name), at)
  const isOpen = (mask: string) => ((attributes.number(mask, 0) >> at) & 1) === 1
  const step = value('strides')
  const [least, most] = step < 0 ? [-1, extent - 1] : [0, extent]
  const within = (position: number) =>
    Math.min(Math.max(position < 0 ? position + extent : position, least), most)
  const start = isOpen('beginMask') ? (step < 0 ? most : 0) : within(value('begin'))
  if (kind === 'place') return { start, end: start + 1, step: 1 }
  return { start, end: isOpen('endMask') ? (step < 0 ? least : most) : within(value('end')), step }
}

/** ONNX counts an end of −1 from behind; further below is before the first place. */
function forSlice(part: Part): Part {
  return part.end < 0 ? { ...part, end: -(2 ** 31) } : part
}

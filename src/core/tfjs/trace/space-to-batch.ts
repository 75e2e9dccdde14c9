import { entry } from '../../entry.ts'
import { extentOf } from '../../tensor/tensor.ts'
import { inputOf, placed, type KernelCall, type KernelRule } from './rule.ts'
import { channelsFirstOrder, isChannelsFirst, type Traced } from './traced.ts'
import { withFreeBatch } from './shaping.ts'

/** A value in its own layout, and where its block's axes begin there. */
interface Blocked {
  readonly name: string
  readonly shape: readonly number[]
  readonly first: number
}

/** Pads and crops of axes without blocks: the batch and the channels. */
const unpadded = 0

/** A block's extent along an axis of its own; 1 for those that have no blocks. */
function sizeAlong(block: readonly number[], axis: number): number {
  return block[axis] ?? 1
}

/**
 * SpaceToBatchND: pixels at every `blockShape`-th place become an image of their own, behind all others in
 * the batch.
 */
export const spaceToBatch: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const block = attributes.numbers('blockShape')
  const pairs = attributes.pairs('paddings')
  const { name, shape, first } = ownLayout(call, x)
  const padOf = (axis: number, end: 0 | 1) => pairs[axis - first]?.[end] ?? unpadded
  const pads = [0, 1].flatMap((end) => shape.map((_, axis) => padOf(axis, end === 0 ? 0 : 1)))
  const padded = graph.node('Pad', [name, graph.ints(pads), graph.floats([], [0])])
  const whole = shape.map((extent, axis) => extent + padOf(axis, 0) + padOf(axis, 1))
  const parts = whole.flatMap((extent, axis) => {
    const size = block[axis - first]
    return size === undefined ? [extent] : [extent / size, size]
  })
  const within = block.map((_, at) => first + 2 * at + 1)
  const order = [...within, ...[...parts.keys()].filter((axis) => !within.includes(axis))]
  const split = graph.node('Reshape', [padded, graph.ints(withFreeBatch(graph, parts))])
  const moved = graph.node('Transpose', [split], { perm: order })
  const count = block.reduce((product, size) => product * size, 1)
  const joined = whole.map((extent, axis) =>
    axis === 0 ? extent * count : extent / sizeAlong(block, axis - first),
  )
  const result = graph.node('Reshape', [moved, graph.ints(withFreeBatch(graph, joined))])
  return restored(x, result, joined)
}

/** BatchToSpaceND: the inverse, with `crops` cut off. */
export const batchToSpace: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const block = attributes.numbers('blockShape')
  const crops = attributes.pairs('crops')
  const { name, shape, first } = ownLayout(call, x)
  const [batch, rest] = [extentOf(shape, 0), shape.slice(1)]
  const parts = [...block, batch / block.reduce((product, size) => product * size, 1), ...rest]
  const split = graph.node('Reshape', [name, graph.ints(withFreeBatch(graph, parts))])
  const order = shape.flatMap((_, axis) => {
    const own = axis + block.length
    return block[axis - first] === undefined ? [own] : [own, axis - first]
  })
  const moved = graph.node('Transpose', [split], { perm: order })
  const whole = shape.map((extent, axis) =>
    axis === 0 ? entry(parts, block.length) : extent * sizeAlong(block, axis - first),
  )
  const joined = graph.node('Reshape', [moved, graph.ints(withFreeBatch(graph, whole))])
  return restored(x, ...cropped(call, joined, { whole, crops, first }))
}

interface Crop {
  readonly whole: readonly number[]
  readonly crops: readonly (readonly [number, number])[]
  readonly first: number
}

function cropped({ graph }: KernelCall, name: string, { whole, crops, first }: Crop): [string, number[]] {
  const axes = crops.map((_, at) => first + at)
  const starts = crops.map(([before]) => before)
  const ends = crops.map(([, after], at) => extentOf(whole, first + at) - after)
  const shape = whole.map(
    (extent, axis) =>
      extent - (crops[axis - first] ?? [unpadded, unpadded]).reduce((sum, crop) => sum + crop, 0),
  )
  const isCut = shape.some((extent, axis) => extent !== whole[axis])
  return [
    isCut ? graph.node('Slice', [name, graph.ints(starts), graph.ints(ends), graph.ints(axes)]) : name,
    shape,
  ]
}

function ownLayout({ graph }: KernelCall, x: Traced): Blocked {
  if (!isChannelsFirst(x)) return { name: graph.nameOf(x), shape: x.shape, first: 1 }
  return {
    name: graph.nameOf(x),
    shape: channelsFirstOrder(x.shape.length).map((axis) => extentOf(x.shape, axis)),
    first: 2,
  }
}

/** The result in x's layout, its shape given channels last. @param own its extents in that layout */
function restored(x: Traced, name: string, own: readonly number[]): Traced {
  if (!isChannelsFirst(x)) return placed(name, own, 'as-is', x.dtype)
  const [batch = 1, channels = 1, ...spatial] = own
  return placed(name, [batch, ...spatial, channels], 'channels-first', x.dtype)
}

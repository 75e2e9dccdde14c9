import { inputOf, placed, type KernelCall, type KernelRule } from './rule.ts'
import { axisIn, isChannelsFirst, type Traced } from './traced.ts'

type Pair = readonly [before: number, after: number]

/** PadV2: a constant around the image. */
export const pad: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const value = graph.floats([], [attributes.number('constantValue', 0)])
  return padded(x, attributes.pairs('paddings'), graph.node('Pad', [graph.nameOf(x), padsOf(call, x), value]))
}

/** MirrorPad: by reflection, or symmetric, which repeats the edge and is no mode of ONNX's Pad. */
export const mirrorPad: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  if (attributes.text('mode') === 'symmetric') return mirrored(call, x)
  return padded(
    x,
    attributes.pairs('paddings'),
    graph.node('Pad', [graph.nameOf(x), padsOf(call, x)], { mode: 'reflect' }),
  )
}

function padsOf({ graph, attributes }: KernelCall, x: Traced): string {
  const pairs = attributes.pairs('paddings')
  const places = x.shape.map((_, axis) => axisIn(x, axis))
  const ordered = places.map((_, place) => pairs[places.indexOf(place)] ?? ([0, 0] as const))
  return graph.ints([...ordered.map(([before]) => before), ...ordered.map(([, after]) => after)])
}

function padded(x: Traced, pairs: readonly Pair[], name: string): Traced {
  const shape = x.shape.map((extent, axis) => extent + (pairs[axis]?.[0] ?? 0) + (pairs[axis]?.[1] ?? 0))
  return placed(name, shape, isChannelsFirst(x) ? 'channels-first' : 'as-is', x.dtype)
}

/** Axis by axis, the places that the mirror shows. */
function mirrored({ graph, attributes }: KernelCall, x: Traced): Traced {
  const pairs = attributes.pairs('paddings')
  const name = pairs.reduce((value, [before, after], axis) => {
    if (before === 0 && after === 0) return value
    return graph.node('Gather', [value, graph.ints(mirroredPlaces(x.shape[axis] ?? 1, before, after))], {
      axis: axisIn(x, axis),
    })
  }, graph.nameOf(x))
  return padded(x, pairs, name)
}

/** e.g. 1 0 | 0 1 2 | 2 for an extent of 3 with 2 before and 1 after. */
function mirroredPlaces(extent: number, before: number, after: number): number[] {
  return Array.from({ length: before + extent + after }, (_, at) => {
    const place = at - before
    if (place < 0) return -1 - place
    return place < extent ? place : 2 * extent - 1 - place
  })
}

import { entry } from '../../entry.ts'
import { extentOf } from '../../tensor/tensor.ts'
import { inputOf, type KernelCall, type KernelRule, placed } from './rule.ts'
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
  const shape = x.shape.map((extent, axis) => {
    const [before, after] = entry(pairs, axis)
    return extent + before + after
  })
  return placed(name, shape, isChannelsFirst(x) ? 'channels-first' : 'as-is', x.dtype)
}

/** Axis by axis, the places that the mirror shows. */
function mirrored({ graph, attributes }: KernelCall, x: Traced): Traced {
  const pairs = attributes.pairs('paddings')
  const name = pairs.reduce((value, [before, after], axis) => {
    if (before === 0 && after === 0) return value
    return graph.node('Gather', [value, graph.ints(mirroredPlaces(extentOf(x.shape, axis), before, after))], {
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

/** ResizeBilinear. */
export const resizeBilinear: KernelRule = (call) => resized(call, { mode: 'linear' })

/**
 * ResizeNearestNeighbor takes floor(i · scale), or rounds where corners are aligned; with half-pixel centres
 * floor((i + ½) · scale), which is (i + ½) · scale − ½ rounded half up.
 */
export const resizeNearest: KernelRule = (call) => {
  const { attributes } = call
  const rounds = attributes.flag('alignCorners') || attributes.flag('halfPixelCenters')
  return resized(call, { mode: 'nearest', nearest_mode: rounds ? 'round_prefer_ceil' : 'floor' })
}

function resized(call: KernelCall, mode: { readonly mode: string; readonly nearest_mode?: string }) {
  const { graph, attributes } = call
  const images = inputOf(call, 'images')
  const [rows = 1, columns = 1] = attributes.numbers('size')
  const coordinates = attributes.flag('alignCorners')
    ? 'align_corners'
    : attributes.flag('halfPixelCenters')
      ? 'half_pixel'
      : 'asymmetric'
  const x = graph.channelsFirst(images)
  // All four sizes rather than two of them: ONNX Runtime 1.30 moves transposes through Resize as if it had no
  // `axes`.
  const kept = graph.node('Slice', [graph.node('Shape', [x]), graph.ints([0]), graph.ints([2])])
  const sizes = graph.node('Concat', [kept, graph.ints([rows, columns])], { axis: 0 })
  const name = graph.node('Resize', [x, '', '', sizes], {
    ...mode,
    coordinate_transformation_mode: coordinates,
  })
  return placed(name, [extentOf(images.shape, 0), rows, columns, extentOf(images.shape, 3)], 'channels-first')
}

import { entry } from '../../entry.ts'
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { floatValues, numericValues } from '../../onnx/onnx-tensor.ts'
import { extentOf, extents4, type Shape, sizeOf } from '../../tensor/tensor.ts'
import { adjointAlong } from '../axis-map.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import { type AxisResize, entryFor, resizeMap } from '../resize-map.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'

/**
 * Resizing is a linear map along each axis in turn: dx = the product of g with those small matrices,
 * transposed.
 */
export const Resize: VjpRule = (node, emit) => {
  const axes = range(node.x.shape.length).map((axis) => axisResize(node, axis))
  const isResized = ({ inputs, outputs, coordinates }: AxisResize): boolean =>
    inputs !== outputs || coordinates === 'tf_crop_and_resize'
  return [
    // Last axis first: g gets smaller before the costlier products when the model enlarges.
    () =>
      axes.reduceRight(
        (g, each, axis) => (isResized(each) ? adjointAlong(g, axis, resizeMap(each), emit) : g),
        node.g,
      ),
    null,
    null,
    null,
  ]
}

function axisResize(node: ForwardNode, axis: number): AxisResize {
  const rank = node.x.shape.length
  const axes = intsAttribute(node, 'axes') ?? range(rank)
  const [inputs, outputs] = [extentOf(node.x.shape, axis), extentOf(node.y.shape, axis)]
  const roi = constantInput(node, 1)
  return {
    inputs,
    outputs,
    scale: scaleOf(node, axes, axis),
    mode: stringAttribute(node, 'mode', 'nearest'),
    coordinates: stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearestMode: stringAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubicCoefficient: floatAttribute(node, 'cubic_coeff_a', -0.75),
    excludeOutside: intAttribute(node, 'exclude_outside', 0) !== 0,
    antialias: intAttribute(node, 'antialias', 0) !== 0,
    roi: [entryFor(roi, axes, axis, rank) ?? 0, entryFor(roi.slice(axes.length), axes, axis, rank) ?? 1],
  }
}

function scaleOf(node: ForwardNode, axes: readonly number[], axis: number): number {
  const { shape } = node.x
  const given = entryFor(constantInput(node, 2), axes, axis, shape.length)
  if (given !== undefined) return given
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch')
  if (policy === 'stretch') return extentOf(node.y.shape, axis) / extentOf(shape, axis)
  const ratios = constantInput(node, 3).map((size, index) => size / extentOf(shape, entry(axes, index)))
  return axes.includes(axis) ? Math[policy === 'not_larger' ? 'min' : 'max'](...ratios) : 1
}

function constantInput(node: ForwardNode, index: number): number[] {
  const value = node.optionalInput(index)
  if (value === undefined) return []
  if (value.constant === undefined) throw node.unsupported('constant sizes', 'sizes that depend on the image')
  return numericValues(value.constant)
}

/**
 * grid = θ b for each pixel's homogeneous coordinates b = (x, y, 1) or (x, y, z, 1): dθ = Σ g bᵀ over the
 * pixels.
 */
export const AffineGrid: VjpRule = (node, emit) => {
  const alignCorners = intAttribute(node, 'align_corners', 0) !== 0
  const ofTheta = (): Value => {
    const [n, rest] = [extentOf(node.g.shape, 0), node.g.shape.slice(1)]
    const image = rest.slice(0, -1)
    const base = emit.floats([sizeOf(image), image.length + 1], homogeneousCoordinates(image, alignCorners))
    return emit.matmul(emit.transposeMatrix(emit.reshape(node.g, [n, sizeOf(image), image.length])), base)
  }
  return [ofTheta, null]
}

/**
 * One row per pixel: its coordinates in [−1, 1], last axis first, and 1. The ends of the range are centres or
 * edges of the outermost pixels.
 */
function homogeneousCoordinates(image: Shape, alignCorners: boolean): number[] {
  return range(sizeOf(image)).flatMap((pixel) => [
    ...coordinatesOf(pixel, image, alignCorners).toReversed(),
    1,
  ])
}

function coordinatesOf(pixel: number, image: Shape, alignCorners: boolean): number[] {
  return image.map((extent, axis) => {
    const position = Math.floor(pixel / sizeOf(image.slice(axis + 1))) % extent
    if (!alignCorners) return (2 * position + 1) / extent - 1
    return extent === 1 ? 0 : (2 * position) / (extent - 1) - 1
  })
}

/**
 * RoiAlign's average over the bilinear samples of each bin is a product of two small matrices per region,
 * rows by image rows and columns by image columns: dx = Ayᵀ g Ax, summed over the regions of each image.
 * Regions get no gradient, as in torchvision.
 */
export const RoiAlign: VjpRule = (node, emit) => {
  const mode = stringAttribute(node, 'mode', 'avg')
  if (mode !== 'avg') throw node.unsupported('mode avg', mode)
  const ofImage = (): Value => {
    const [images, channels, height, width] = extents4(node.x.shape)
    const [regions, rows] = [extentOf(node.g.shape, 0), extentOf(node.g.shape, 2)]
    const [ofRows, ofColumns] = [roiWeights(node, 0, emit), roiWeights(node, 1, emit)]
    const byColumn = emit.matmul(node.g, emit.reshape(ofColumns, [regions, 1, ...ofColumns.shape.slice(1)]))
    const perChannel = emit.reshape(emit.transpose(byColumn, [1, 0, 2, 3]), [
      1,
      channels,
      regions * rows,
      width,
    ])
    const owner = emit.reshape(emit.cast(node.input(2), 'int64'), [1, regions, 1, 1])
    const image = emit.reshape(emit.ints(range(images)), [images, 1, 1, 1])
    const own = emit.cast(emit.test('Equal', owner, image), 'float32')
    const byRow = emit.reshape(emit.mul(ofRows, own), [images, 1, regions * rows, height])
    return emit.matmul(emit.transposeMatrix(byRow), perChannel)
  }
  return [ofImage, null, null]
}

/**
 * How much bin b of each region takes of each pixel along an axis (0 rows, 1 columns), [regions, bins,
 * pixels].
 */
function roiWeights(node: ForwardNode, axis: 0 | 1, emit: Emitter): Value {
  const extent = extentOf(node.x.shape, axis + 2)
  const regions = node.input(1)
  const isHalfPixel = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel'
  const scale = floatAttribute(node, 'spatial_scale', 1)
  const edge = (at: number): Value => {
    const column = emit.slice(regions, { axes: [1], starts: [at], ends: [at + 1] })
    const edges = emit.mul(emit.reshape(column, [extentOf(regions.shape, 0), 1, 1, 1]), scale)
    return isHalfPixel ? emit.sub(edges, 0.5) : edges
  }
  const [start, end] = [edge(1 - axis), edge(3 - axis)]
  const length = emit.sub(end, start)
  const { steps, shares } = samplesOf(node, axis, emit)
  const position = emit.add(start, emit.mul(isHalfPixel ? length : emit.map('Max', length, 1), steps))
  const nearness = emit.sub(
    1,
    emit.map('Abs', emit.sub(emit.clamp(position, 0, extent - 1), emit.floats([extent], range(extent)))),
  )
  const present = emit.cast(emit.test('Equal', emit.clamp(position, -1, extent), position), 'float32')
  const weights = emit.mul(emit.mul(emit.map('Max', nearness, 0), present), shares)
  return emit.reduce('ReduceSum', weights, [2], false)
}

/**
 * Where each bin's samples lie along an axis, as a part of the region's length, [regions or 1, bins, samples,
 * 1], and what each counts for. Without a sampling_ratio there are as many as the bin has pixels.
 */
function samplesOf(node: ForwardNode, axis: 0 | 1, emit: Emitter): { steps: Value; shares: Value } {
  const bins = extentOf(node.y.shape, axis + 2)
  const ratio = intAttribute(node, 'sampling_ratio', 0)
  const counts = ratio > 0 ? [ratio] : adaptiveCounts(node, axis, bins)
  const most = Math.max(...counts, 1)
  const places = counts.flatMap((count) =>
    range(bins * most).map((at) => (Math.floor(at / most) + ((at % most) + 0.5) / Math.max(count, 1)) / bins),
  )
  const shares = counts.flatMap((count) => range(most).map((sample) => (sample < count ? 1 / count : 0)))
  return {
    steps: emit.floats([counts.length, bins, most, 1], places),
    shares: emit.floats([counts.length, 1, most, 1], shares),
  }
}

function adaptiveCounts(node: ForwardNode, axis: 0 | 1, bins: number): number[] {
  const { constant, shape } = node.input(1)
  if (constant === undefined)
    throw node.unsupported('a sampling_ratio of 1 or more', '0 beside regions that depend on the image')
  const regions = floatValues(constant)
  const scale = floatAttribute(node, 'spatial_scale', 1)
  const least = isHalfPixelOf(node) ? 0 : 1
  return range(extentOf(shape, 0)).map((region) => {
    const [start, end] = [entry(regions, region * 4 + 1 - axis), entry(regions, region * 4 + 3 - axis)]
    return Math.max(0, Math.ceil(Math.fround(Math.max((end - start) * scale, least) / bins)))
  })
}

/** Whether pixels' centres lie at halves, so that regions are shifted by half a pixel. */
function isHalfPixelOf(node: ForwardNode): boolean {
  return stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel'
}

import { entry } from '../../entry.ts'
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { adjointAlong } from '../axis-map.ts'
import type { ForwardNode } from '../forward-node.ts'
import { type AxisResize, entryFor, resizeMap } from '../resize-map.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import { extentOf, type Shape, sizeOf } from '../../tensor/tensor.ts'
import type { Value } from '../value.ts'

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
  const ratios = constantInput(node, 3).map((size, index) => size / (shape.at(entry(axes, index)) ?? 1))
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

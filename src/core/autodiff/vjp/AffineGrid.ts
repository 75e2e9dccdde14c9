import { intAttribute } from '../../onnx/attributes.ts'
import { sizeOf, type Shape } from '../../tensor/tensor.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * grid = θ b for each pixel's homogeneous coordinates b = (x, y, 1) or (x, y, z, 1): dθ = Σ g bᵀ over the
 * pixels.
 */
export const AffineGrid: VjpRule = (node, emit) => {
  const alignCorners = intAttribute(node, 'align_corners', 0) !== 0
  const ofTheta = (): Value => {
    const [n = 1, ...rest] = node.g.shape
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

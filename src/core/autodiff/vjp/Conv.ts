import {
  convolutionOf,
  convolutionAttributes,
  biasVjp,
  rotatedKernel,
  type Convolution,
} from '../convolution.ts'
import { kernelVjp } from '../kernel-vjp.ts'
import type { VjpRule } from '../rule.ts'
import { transposedConvolution } from '../transposed-convolution.ts'
import type { Value } from '../value.ts'

/**
 * dx = the transposed convolution of g with the same kernel. At stride 1 that is a plain Conv with the kernel
 * rotated by 180° and its channels swapped, prepared here once. A kernel that depends on the image has a
 * cotangent too (kernel-vjp.ts).
 */
export const Conv: VjpRule = (node, emit) => {
  const kernel = node.input(1)
  const geometry = convolutionOf(node, kernel.shape.slice(2), node.x.shape.slice(2), node.y.shape.slice(2))
  const ofData = (): Value => {
    const rotated = rotatedConvolution(geometry)
    if (rotated === undefined || kernel.constant === undefined)
      return transposedConvolution(node.g, kernel, node.x.shape, geometry, emit)
    const swapped = rotatedKernel(kernel.constant, geometry.group)
    return emit.op('Conv', [node.g, emit.constant(swapped)], node.x.shape, {
      attributes: convolutionAttributes(rotated),
    })
  }
  return [ofData, () => kernelVjp(node.x, node.g, kernel.shape, geometry, emit), biasVjp(node, emit)]
}

/**
 * The geometry of the stride-1 convolution that is the adjoint; undefined for other strides and for padding
 * wider than the kernel.
 */
function rotatedConvolution(geometry: Convolution): Convolution | undefined {
  if (geometry.strides.some((stride) => stride !== 1)) return undefined
  const reach = geometry.kernel.map((extent, axis) => (extent - 1) * (geometry.dilations[axis] ?? 1))
  const flip = (pads: readonly number[]): number[] => reach.map((each, axis) => each - (pads[axis] ?? 0))
  const [before, after] = [flip(geometry.before), flip(geometry.after)]
  return [...before, ...after].some((pad) => pad < 0) ? undefined : { ...geometry, before, after }
}

import { entry } from '../../entry.ts'
import { extentOf } from '../../tensor/tensor.ts'
import {
  biasVjp,
  type Convolution,
  convolutionAttributes,
  convolutionOf,
  rotatedKernel,
  transposedConvolutionOf,
} from '../convolution.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import { transposedConvolution } from '../transposed-convolution.ts'

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
  const reach = geometry.kernel.map((extent, axis) => (extent - 1) * entry(geometry.dilations, axis))
  const flip = (pads: readonly number[]): number[] => reach.map((each, axis) => each - entry(pads, axis))
  const [before, after] = [flip(geometry.before), flip(geometry.after)]
  return [...before, ...after].some((pad) => pad < 0) ? undefined : { ...geometry, before, after }
}

/**
 * dx = the convolution of g with the same kernel: the layout [C, M/group, …] is just that of a Conv from M to
 * C channels. The kernel's cotangent is that Conv's, which takes g and gives x.
 */
export const ConvTranspose: VjpRule = (node, emit) => {
  const kernel = node.input(1)
  const geometry = transposedConvolutionOf(
    node,
    kernel.shape.slice(2),
    node.x.shape.slice(2),
    node.y.shape.slice(2),
  )
  return [
    () => emit.op('Conv', [node.g, kernel], node.x.shape, { attributes: convolutionAttributes(geometry) }),
    () => kernelVjp(node.g, node.x, kernel.shape, geometry, emit),
    biasVjp(node, emit),
  ]
}

/**
 * The cotangent of a convolution's kernel, of `shape` [M, C/group, …], for kernels that a network computes
 * from the image: tap k of it is Σ g(p) x(p stride + k dilation), again a convolution, of x by g with strides
 * and dilations exchanged. Batch and channels change places, so that the sum runs over the batch, and groups
 * stay groups.
 */
function kernelVjp(
  x: Value,
  g: Value,
  shape: readonly number[],
  geometry: Convolution,
  emit: Emitter,
): Value {
  const { group, strides, dilations } = geometry
  const [n, c, image] = [extentOf(x.shape, 0), extentOf(x.shape, 1), x.shape.slice(2)]
  const [m, perGroup, kernel] = [extentOf(shape, 0), extentOf(shape, 1), shape.slice(2)]
  const axes = range(image.length).map((axis) => axis + 3)
  const grouped = emit.reshape(x, [n, group, perGroup, ...image])
  const columns = emit.reshape(emit.transpose(grouped, [2, 1, 0, ...axes]), [
    perGroup,
    (c / perGroup) * n,
    ...image,
  ])
  const taps = emit.transpose(g, [1, 0, ...axes.map((axis) => axis - 1)])
  const exchanged = { ...geometry, kernel: g.shape.slice(2), strides: dilations, dilations: strides }
  // Pixels that no window reached give further taps.
  const extents = exchanged.kernel.map((windows, axis) => tapsAlong(exchanged, image, axis, windows))
  const all = emit.op('Conv', [columns, taps], [perGroup, m, ...extents], {
    attributes: convolutionAttributes(exchanged),
  })
  const spatial = kernel.map((_, axis) => axis + 2)
  const first = emit.slice(all, { axes: spatial, starts: kernel.map(() => 0), ends: kernel })
  return emit.transpose(first, [1, 0, ...spatial])
}

function tapsAlong(
  { strides, dilations, before, after }: Convolution,
  image: readonly number[],
  axis: number,
  windows: number,
): number {
  const span = (windows - 1) * entry(dilations, axis) + 1
  const padded = extentOf(image, axis) + entry(before, axis) + entry(after, axis)
  return Math.floor((padded - span) / entry(strides, axis)) + 1
}

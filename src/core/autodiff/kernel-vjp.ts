import { convolutionAttributes, type Convolution } from './convolution.ts'
import type { Emitter } from './emitter.ts'
import { range } from './shapes.ts'
import type { Value } from './value.ts'

/**
 * The cotangent of a convolution's kernel, of `shape` [M, C/group, …], for kernels that a network computes
 * from the image: tap k of it is Σ g(p) x(p stride + k dilation), again a convolution, of x by g with strides
 * and dilations exchanged. Batch and channels change places, so that the sum runs over the batch, and groups
 * stay groups.
 */
export function kernelVjp(
  x: Value,
  g: Value,
  shape: readonly number[],
  geometry: Convolution,
  emit: Emitter,
): Value {
  const { group, strides, dilations } = geometry
  const [n = 1, c = 1, ...image] = x.shape
  const [m = 1, perGroup = 1, ...kernel] = shape
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
  const span = (windows - 1) * (dilations[axis] ?? 1) + 1
  const padded = (image[axis] ?? 1) + (before[axis] ?? 0) + (after[axis] ?? 0)
  return Math.floor((padded - span) / (strides[axis] ?? 1)) + 1
}

import { intAttribute, intsAttribute } from '../../onnx/attributes.ts'
import { sizeOf, type Shape } from '../../tensor/tensor.ts'
import { convolutionOf, type Convolution } from '../convolution.ts'
import type { Emitter } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import { spreadOverWindows } from '../transposed-convolution.ts'
import type { Value } from '../value.ts'

/**
 * dx = g / count spread over each window. Windows that tile the image exactly: repetition. Otherwise a
 * transposed convolution with a kernel of ones, channel by channel; the counts differ at the borders when
 * padding does not count.
 */
export const AveragePool: VjpRule = (node, emit) => {
  const { x, g } = node
  const kernel = intsAttribute(node, 'kernel_shape') ?? []
  const geometry = convolutionOf(node, kernel, x.shape.slice(2), node.y.shape.slice(2))
  const includePad = intAttribute(node, 'count_include_pad', 0) !== 0
  const ofData = (): Value => {
    if (tiles(geometry, x.shape.slice(2), node.y.shape.slice(2)))
      return repeated(emit.mul(g, 1 / sizeOf(kernel)), kernel, emit)
    const scaled = emit.mul(
      g,
      emit.floats(
        node.y.shape.slice(2),
        inverseCounts(geometry, x.shape.slice(2), node.y.shape.slice(2), includePad),
      ),
    )
    return spreadOverWindows(scaled, x.shape, geometry, emit)
  }
  return [ofData]
}

function tiles({ kernel, strides, before, after }: Convolution, image: Shape, windows: Shape): boolean {
  return (
    [...before, ...after].every((pad) => pad === 0) &&
    kernel.every((extent, axis) => strides[axis] === extent && image[axis] === extent * (windows[axis] ?? 0))
  )
}

/**
 * Each window's value at each of its pixels. (On the CPU, as an Expand it was 4 % of a DenseNet-121's
 * gradient step.)
 */
function repeated(g: Value, kernel: readonly number[], emit: Emitter): Value {
  if (emit.device === 'cpu') return emit.repeat(g, kernel)
  const [n = 1, c = 1, ...windows] = g.shape
  const split = emit.reshape(g, [n, c, ...windows.flatMap((extent) => [extent, 1])])
  const spread = emit.expand(split, [n, c, ...windows.flatMap((extent, axis) => [extent, kernel[axis] ?? 1])])
  return emit.reshape(spread, [n, c, ...windows.map((extent, axis) => extent * (kernel[axis] ?? 1))])
}

/** One over the number of pixels that each window averages, as an outer product over the axes. */
function inverseCounts(
  geometry: Convolution,
  image: Shape,
  windows: Shape,
  includePad: boolean,
): Float32Array {
  const perAxis = windows.map((count, axis) =>
    range(count).map((window) => pixelsInWindow(geometry, axis, window, image[axis] ?? 1, includePad)),
  )
  const counts = perAxis.reduce<number[]>(
    (outer, axis) => outer.flatMap((left) => axis.map((right) => left * right)),
    [1],
  )
  return Float32Array.from(counts, (count) => 1 / count)
}

/** Padding counts, if it does, only as far as the declared pads reach: not what ceil_mode adds. */
function pixelsInWindow(
  geometry: Convolution,
  axis: number,
  window: number,
  extent: number,
  includePad: boolean,
): number {
  const { kernel, strides, dilations, before, after } = geometry
  const start = window * (strides[axis] ?? 1) - (before[axis] ?? 0)
  const [low, high] = includePad ? [-(before[axis] ?? 0), extent + (after[axis] ?? 0)] : [0, extent]
  const positions = range(kernel[axis] ?? 1).map((tap) => start + tap * (dilations[axis] ?? 1))
  return positions.filter((position) => position >= low && position < high).length
}

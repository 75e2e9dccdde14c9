import { entry } from '../../entry.ts'
import { intAttribute, intsAttribute } from '../../onnx/attributes.ts'
import { extentOf, type Shape, sizeOf } from '../../tensor/tensor.ts'
import { type Convolution, convolutionOf } from '../convolution.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import { spreadOverWindows, transposedConvolution } from '../transposed-convolution.ts'

/**
 * The cotangent of x in y = (Σ |x|^p)^(1/p): sign(x) |x|^(p−1) times g y^(1−p), which `spread` brings from
 * the sums to the elements. Where the norm is 0 it is 0.
 */
function powerNormVjp(
  { g, x, y }: ForwardNode,
  p: number,
  spread: (scaled: Value) => Value,
  emit: Emitter,
): Value {
  if (p === 1) return emit.mul(emit.map('Sign', x), spread(g))
  const scaled = emit.where(
    emit.test('Greater', y, 0),
    emit.div(g, p === 2 ? y : emit.map('Pow', y, p - 1)),
    0,
  )
  const power = p === 2 ? x : emit.mul(emit.map('Sign', x), emit.map('Pow', emit.map('Abs', x), p - 1))
  return emit.mul(power, spread(scaled))
}

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
    kernel.every(
      (extent, axis) => strides[axis] === extent && image[axis] === extent * extentOf(windows, axis),
    )
  )
}

/**
 * Each window's value at each of its pixels. (On the CPU, as an Expand it was 4 % of a DenseNet-121's
 * gradient step.)
 */
function repeated(g: Value, kernel: readonly number[], emit: Emitter): Value {
  if (emit.device === 'cpu') return emit.repeat(g, kernel)
  const [n, c, windows] = [extentOf(g.shape, 0), extentOf(g.shape, 1), g.shape.slice(2)]
  const split = emit.reshape(g, [n, c, ...windows.flatMap((extent) => [extent, 1])])
  const spread = emit.expand(split, [
    n,
    c,
    ...windows.flatMap((extent, axis) => [extent, entry(kernel, axis)]),
  ])
  return emit.reshape(spread, [n, c, ...windows.map((extent, axis) => extent * entry(kernel, axis))])
}

/** One over the number of pixels that each window averages, as an outer product over the axes. */
function inverseCounts(
  geometry: Convolution,
  image: Shape,
  windows: Shape,
  includePad: boolean,
): Float32Array {
  const perAxis = windows.map((count, axis) =>
    range(count).map((window) => pixelsInWindow(geometry, axis, window, extentOf(image, axis), includePad)),
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
  const start = window * entry(strides, axis) - entry(before, axis)
  const [low, high] = includePad ? [-entry(before, axis), extent + entry(after, axis)] : [0, extent]
  const positions = range(entry(kernel, axis)).map((tap) => start + tap * entry(dilations, axis))
  return positions.filter((position) => position >= low && position < high).length
}

/** Below every finite float32 that a network gives; -∞ times the zeros of a one-hot kernel would be NaN. */
const lowest = -3.4e38

/**
 * dx = g at the first greatest pixel of each window, added up where windows overlap. On the CPU the forward
 * node also gives Indices: MaxUnpool puts g there where windows do not overlap (a quarter of the time that
 * ScatterElements takes), ScatterElements adds where they do. Elsewhere (the WebGPU provider refuses Indices)
 * windows are unfolded by a convolution with one-hot kernels, the first pixel that equals the maximum is
 * marked, and the transposed convolution folds the marks back.
 */
export const MaxPool: VjpRule = (node, emit) => [
  () => (emit.device === 'cpu' ? byIndices(node, emit) : folded(node, emit)),
]

function byIndices(node: ForwardNode, emit: Emitter): Value {
  const { y, outputs } = node
  if (intAttribute(node, 'storage_order', 0) !== 0)
    throw node.unsupported('storage_order 0', 'column-major Indices')
  const indices = outputs[1]?.dataType === 'int64' ? outputs[1] : emit.extraOutput(y, 1, y.shape, 'int64')
  return overlaps(node) ? scattered(node, indices, emit) : unpooled(node, indices, emit)
}

function overlaps(node: ForwardNode): boolean {
  const { kernel, strides, dilations } = geometryOf(node)
  return kernel.some((extent, axis) => (extent - 1) * entry(dilations, axis) >= entry(strides, axis))
}

function geometryOf(node: ForwardNode): Convolution {
  return convolutionOf(
    node,
    intsAttribute(node, 'kernel_shape') ?? [],
    node.x.shape.slice(2),
    node.y.shape.slice(2),
  )
}

function unpooled({ x, g }: ForwardNode, indices: Value, emit: Emitter): Value {
  // It asks for a kernel, but with the output's shape given only the indices count.
  const attributes = { kernel_shape: x.shape.slice(2).map(() => 1) }
  return emit.op('MaxUnpool', [g, indices, emit.ints(x.shape)], x.shape, { attributes })
}

function scattered({ x, y, g }: ForwardNode, indices: Value, emit: Emitter): Value {
  const flat = [sizeOf(y.shape)]
  const zeros = emit.zeros([sizeOf(x.shape)])
  const sums = emit.op(
    'ScatterElements',
    [zeros, emit.reshape(indices, flat), emit.reshape(g, flat)],
    zeros.shape,
    {
      attributes: { axis: 0, reduction: 'add' },
    },
  )
  return emit.reshape(sums, x.shape)
}

function folded(node: ForwardNode, emit: Emitter): Value {
  const { x, y, g } = node
  const geometry = geometryOf(node)
  const { kernel } = geometry
  const taps = sizeOf(kernel)
  const [planes, windows] = [sizeOf(x.shape.slice(0, 2)), y.shape.slice(2)]
  const oneHot = emit.floats([taps, 1, ...kernel], identity(taps))
  const pixels = unfolded(
    emit.reshape(x, [planes, 1, ...x.shape.slice(2)]),
    oneHot,
    [planes, taps, ...windows],
    geometry,
    emit,
  )
  const isMaximum = emit.cast(emit.test('Equal', pixels, emit.reshape(y, [planes, 1, ...windows])), 'float32')
  const rank = emit.op('CumSum', [isMaximum, emit.scalarInt(1)], isMaximum.shape)
  const isFirst = emit.test('Equal', emit.mul(isMaximum, rank), 1)
  const marked = emit.where(isFirst, emit.reshape(g, [planes, 1, ...windows]), 0)
  const image = transposedConvolution(marked, oneHot, [planes, 1, ...x.shape.slice(2)], geometry, emit)
  return emit.reshape(image, x.shape)
}

/** Each window's pixels as channels, [N C, taps, …windows]; padding is lower than every pixel. */
function unfolded(
  x: Value,
  oneHot: Value,
  shape: readonly number[],
  geometry: Convolution,
  emit: Emitter,
): Value {
  const { kernel, strides, dilations, before } = geometry
  const after = kernel.map((extent, axis) => {
    const span =
      (extentOf(shape, axis + 2) - 1) * entry(strides, axis) + (extent - 1) * entry(dilations, axis) + 1
    return span - entry(before, axis) - extentOf(x.shape, axis + 2)
  })
  const pads = [0, 0, ...before, 0, 0, ...after]
  const padded = x.shape.map(
    (extent, axis) => extent + entry(pads, axis) + entry(pads, axis + x.shape.length),
  )
  const image = emit.op('Pad', [x, emit.ints(pads), emit.scalar(lowest)], padded)
  return emit.op('Conv', [image, oneHot], shape, { attributes: { kernel_shape: kernel, strides, dilations } })
}

function identity(size: number): Float32Array {
  const matrix = new Float32Array(size * size)
  for (const index of range(size)) matrix[index * size + index] = 1
  return matrix
}

/**
 * y = (Σ |x|^p)^(1/p) over each window: dx = sign(x) |x|^(p−1) times g y^(1−p) summed over the windows that a
 * pixel is in.
 */
export const LpPool: VjpRule = (node, emit) => {
  const { x, y } = node
  const kernel = intsAttribute(node, 'kernel_shape') ?? []
  const geometry = convolutionOf(node, kernel, x.shape.slice(2), y.shape.slice(2))
  const overWindows = (scaled: Value): Value => spreadOverWindows(scaled, x.shape, geometry, emit)
  return [() => powerNormVjp(node, intAttribute(node, 'p', 2), overWindows, emit)]
}

/** dx = g / count, repeated over the spatial axes. */
export const GlobalAveragePool: VjpRule = ({ g, x }, emit) => {
  const count = sizeOf(x.shape.slice(2))
  return [() => emit.expand(emit.mul(g, 1 / count), x.shape)]
}

/** dx = g at the greatest pixel, shared equally among equals. */
export const GlobalMaxPool: VjpRule = ({ g, x, y }, emit) => {
  const ofData = (): Value => {
    const chosen = emit.cast(emit.test('Equal', x, y), 'float32')
    return emit.mul(chosen, emit.div(g, emit.reduce('ReduceSum', chosen, range(x.shape.length).slice(2))))
  }
  return [ofData]
}

/** y = (Σ |x|^p)^(1/p) over the spatial axes: dx = sign(x) |x|^(p−1) g y^(1−p) */
export const GlobalLpPool: VjpRule = (node, emit) => [
  () => powerNormVjp(node, intAttribute(node, 'p', 2), (scaled) => scaled, emit),
]

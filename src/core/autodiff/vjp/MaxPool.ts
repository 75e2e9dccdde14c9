import { intAttribute, intsAttribute } from '../../onnx/attributes.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import { convolutionOf, type Convolution } from '../convolution.ts'
import type { Emitter } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import { transposedConvolution } from '../transposed-convolution.ts'
import type { Value } from '../value.ts'

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
  return kernel.some((extent, axis) => (extent - 1) * (dilations[axis] ?? 1) >= (strides[axis] ?? 1))
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
      ((shape[axis + 2] ?? 1) - 1) * (strides[axis] ?? 1) + (extent - 1) * (dilations[axis] ?? 1) + 1
    return span - (before[axis] ?? 0) - (x.shape[axis + 2] ?? 1)
  })
  const pads = [0, 0, ...before, 0, 0, ...after]
  const padded = x.shape.map(
    (extent, axis) => extent + (pads[axis] ?? 0) + (pads[axis + x.shape.length] ?? 0),
  )
  const image = emit.op('Pad', [x, emit.ints(pads), emit.scalar(lowest)], padded)
  return emit.op('Conv', [image, oneHot], shape, { attributes: { kernel_shape: kernel, strides, dilations } })
}

function identity(size: number): Float32Array {
  const matrix = new Float32Array(size * size)
  for (const index of range(size)) matrix[index * size + index] = 1
  return matrix
}

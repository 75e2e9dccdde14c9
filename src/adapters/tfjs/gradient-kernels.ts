import { sizeOf } from '../../core/tensor/tensor.ts'
import { tf } from './tensorflow.ts'

/** Kernels for gradients of weights, which the library computes along with those of images. Nobody here asks for them. */
const ofFilters = ['Conv2DBackpropFilter', 'Conv3DBackpropFilterV2', 'DepthwiseConv2dNativeBackpropFilter']

/** Gives a backend what our gradients need and it lacks, and takes away what they don't need. */
export function registerGradientKernels(backendName: string): void {
  const known = new Set(tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName))
  for (const kernelName of ofFilters) {
    if (known.has(kernelName)) tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({ kernelName, backendName, kernelFunc: ({ attrs }) => zeros(attrs) })
  }
  const kernelName = 'DepthwiseConv2dNativeBackpropInput'
  if (!known.has(kernelName)) tf.registerKernel({ kernelName, backendName, kernelFunc: depthwiseInputGradient })
}

function zeros(attrs: tf.NamedAttrMap | undefined): tf.TensorInfo {
  const shape = attrs?.['filterShape'] as number[]
  return { dataId: tf.backend().write(new Float32Array(sizeOf(shape)), shape, 'float32'), shape, dtype: 'float32' }
}

interface DepthwiseAttributes {
  readonly strides: number | readonly [number, number]
  readonly pad: 'same' | 'valid' | number
  readonly inputShape: readonly [number, number, number, number]
}

/** The transposed depthwise convolution, out of what WebAssembly has: zeros between the pixels, then the filter turned around. */
const depthwiseInputGradient: tf.KernelFunc = ({ inputs, attrs }) => {
  const { strides, pad, inputShape } = attrs as unknown as DepthwiseAttributes
  const values = tf.tidy(() => {
    const [dy, filter] = [asTensor(inputs['dy']), asTensor(inputs['filter'])]
    const steps = typeof strides === 'number' ? [strides, strides] : strides
    return depthwiseTransposed(dy, filter, { steps, pad, inputShape }).dataSync()
  })
  const shape = [...inputShape]
  return { dataId: tf.backend().write(values, shape, 'float32'), shape, dtype: 'float32' }
}

/** A copy: the scope frees its own tensors, not the caller's. */
function asTensor(info: tf.TensorInfo | undefined): tf.Tensor4D {
  const { dataId, shape } = info ?? { dataId: {}, shape: [] }
  return tf.tensor4d(tf.backend().readSync(dataId), shape as [number, number, number, number])
}

interface Transposed {
  readonly steps: readonly number[]
  readonly pad: DepthwiseAttributes['pad']
  readonly inputShape: DepthwiseAttributes['inputShape']
}

function depthwiseTransposed(dy: tf.Tensor4D, filter: tf.Tensor4D, { steps, pad, inputShape }: Transposed): tf.Tensor {
  const [, , channels, multiplier] = filter.shape
  const [count, rows, columns] = dy.shape
  const parts = tf.unstack(tf.reshape(dy, [count, rows, columns, channels, multiplier]), 4) as tf.Tensor4D[]
  const turned = tf.reverse(filter, [0, 1])
  const sums = parts.map((part, m) => {
    const spread = fitted(withZerosBetween(part, steps), { steps, pad, inputShape, kernel: filter.shape })
    const own = tf.slice(turned, [0, 0, 0, m], [-1, -1, -1, 1])
    return tf.depthwiseConv2d(spread, own, 1, 'valid')
  })
  return tf.addN(sums)
}

/** [N, H, W, C] with steps − 1 zeros after every row and column. */
function withZerosBetween(x: tf.Tensor4D, [down = 1, across = 1]: readonly number[]): tf.Tensor4D {
  if (down === 1 && across === 1) return x
  const [count, rows, columns, channels] = x.shape
  const rowsApart = tf.pad(tf.reshape(x, [count * rows, 1, columns, channels]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, 0],
  ])
  const flat = tf.reshape(rowsApart, [count * rows * down * columns, 1, channels])
  const apart = tf.pad(flat, [
    [0, 0],
    [0, across - 1],
    [0, 0],
  ])
  return tf.reshape(apart, [count, rows * down, columns * across, channels])
}

/** Padded, or cut where zeros hang over, such that a valid convolution with the kernel gives the input's extents. */
function fitted(
  x: tf.Tensor4D,
  { steps, pad, inputShape, kernel }: Transposed & { readonly kernel: readonly number[] },
): tf.Tensor4D {
  const pads = [0, 1].map((axis) => {
    const [extent, taps, step] = [inputShape[axis + 1] ?? 1, kernel[axis] ?? 1, steps[axis] ?? 1]
    const before = taps - 1 - paddingBefore(pad, { extent, taps, step })
    return { before, after: extent + taps - 1 - before - (x.shape[axis + 1] ?? 0) }
  })
  const [top, left] = pads.map(({ before }) => Math.max(0, before))
  const [bottom, right] = pads.map(({ after }) => Math.max(0, after))
  const padded = tf.pad(x, [
    [0, 0],
    [top ?? 0, bottom ?? 0],
    [left ?? 0, right ?? 0],
    [0, 0],
  ])
  const begin = pads.map(({ before }) => Math.max(0, -before))
  const size = [0, 1].map((axis) => (inputShape[axis + 1] ?? 1) + (kernel[axis] ?? 1) - 1)
  return tf.slice(padded, [0, begin[0] ?? 0, begin[1] ?? 0, 0], [-1, size[0] ?? -1, size[1] ?? -1, -1])
}

function paddingBefore(pad: DepthwiseAttributes['pad'], window: { extent: number; taps: number; step: number }): number {
  if (typeof pad === 'number') return pad
  if (pad === 'valid') return 0
  const { extent, taps, step } = window
  return Math.floor(Math.max(0, (Math.ceil(extent / step) - 1) * step + taps - extent) / 2)
}

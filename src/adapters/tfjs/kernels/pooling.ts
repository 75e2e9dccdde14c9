import { tf } from '../tensorflow.ts'

/** One axis of a pooling window. */
interface PooledAxis {
  readonly input: number
  readonly output: number
  readonly window: number
  readonly stride: number
  readonly before: number
}

/** Of pooling [N, H, W, C] or [N, D, H, W, C]. */
export interface PoolAttributes {
  readonly filterSize: number | readonly number[]
  readonly strides: number | readonly number[]
  readonly pad: 'valid' | 'same' | number
}

/**
 * dL/dy times the window's size over the number of pixels of the image that each window holds:
 * TensorFlow.js's gradient of average pooling divides by the window's size, its forward pass by that number,
 * which is smaller at the border.
 */
export function correctedForBorder(
  dy: tf.Tensor,
  shape: readonly number[],
  attributes: PoolAttributes,
): tf.Tensor {
  const axes = axesOf(shape, dy.shape, attributes)
  return axes.reduce((scaled, axis, at) => {
    const extents = dy.shape.map((extent, place) => (place === at + 1 ? extent : 1))
    return tf.mul(scaled, tf.tensor(shareInside(axis), extents))
  }, dy)
}

function axesOf(
  shape: readonly number[],
  output: readonly number[],
  { filterSize, strides, pad }: PoolAttributes,
): PooledAxis[] {
  return shape.slice(1, -1).map((input, at) => {
    const [window, stride] = [extentAt(filterSize, at), extentAt(strides, at)]
    const out = output[at + 1] ?? 1
    const missing = Math.max(0, (out - 1) * stride + window - input)
    const before = pad === 'valid' ? 0 : pad === 'same' ? Math.floor(missing / 2) : pad
    return { input, output: out, window, stride, before }
  })
}

function extentAt(extents: number | readonly number[], at: number): number {
  return typeof extents === 'number' ? extents : (extents[at] ?? 1)
}

/** Window over pixels inside, for each place of the window. */
function shareInside({ input, output, window, stride, before }: PooledAxis): Float32Array {
  return Float32Array.from({ length: output }, (_, at) => {
    const first = at * stride - before
    return window / (Math.min(input, first + window) - Math.max(0, first))
  })
}

import { sizeOf } from '../../../core/tensor/tensor.ts'
import { tf } from '../tensorflow.ts'

type Triple = number | [number, number, number]

/** How a 3-D convolution [N, D, H, W, C] was made. */
export interface Convolution3dAttributes {
  readonly strides: Triple
  readonly pad: 'valid' | 'same'
  readonly dilations?: Triple | null | undefined
}

function infoOf(
  shape: readonly number[],
  filter: tf.Tensor5D,
  { strides, pad, dilations }: Convolution3dAttributes,
) {
  const volume = shape as [number, number, number, number, number]
  return tf.backend_util.computeConv3DInfo(volume, filter.shape, strides, dilations ?? 1, pad)
}

/**
 * The convolution as a sum of 2-D ones over the slices of the filter: where 2-D convolutions have a fast
 * kernel and 3-D ones have not. x [N, D, H, W, C], filter [kd, kh, kw, C, K]; the result [N, OD, OH, OW, K].
 */
export function conv3dBySlices(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  attributes: Convolution3dAttributes,
): tf.Tensor5D {
  return tf.tidy(() => {
    const info = infoOf(x.shape, filter, attributes)
    const { front, back, top, bottom, left, right } = info.padInfo
    const padded = front + back === 0 ? x : tf.pad(x, [[0, 0], [front, back], [0, 0], [0, 0], [0, 0]]) // prettier-ignore
    const pad: tf.backend_util.ExplicitPadding = [[0, 0], [top, bottom], [left, right], [0, 0]] // prettier-ignore
    const slices = Array.from({ length: info.filterDepth }, (_, k) => {
      const images = imagesAt(padded, {
        first: k * info.dilationDepth,
        stride: info.strideDepth,
        count: info.outDepth,
      })
      const taps: tf.Tensor4D = tf.squeeze(tf.slice(filter, [k, 0, 0, 0, 0], [1, -1, -1, -1, -1]), [0])
      const strides: [number, number] = [info.strideHeight, info.strideWidth]
      return tf.conv2d(images, taps, strides, pad, 'NHWC', [info.dilationHeight, info.dilationWidth])
    })
    const summed = slices.reduce((sum, slice) => tf.add(sum, slice))
    return tf.reshape(summed, info.outShape)
  })
}

interface Images {
  readonly first: number
  readonly stride: number
  readonly count: number
}

/** `count` slices of each volume as a batch of images [N · count, H, W, C]. */
function imagesAt(x: tf.Tensor5D, { first, stride, count }: Images): tf.Tensor4D {
  const [samples, , height, width, channels] = x.shape
  const last = first + (count - 1) * stride + 1
  const part = tf.slice(x, [0, first, 0, 0, 0], [samples, last - first, height, width, channels])
  const chosen =
    stride === 1 ? part : tf.stridedSlice(part, [0, 0, 0, 0, 0], part.shape, [1, stride, 1, 1, 1])
  return tf.reshape(chosen, [samples * count, height, width, channels])
}

/**
 * dL/dx of a 3-D convolution: that of dy, zeros between where strides were, with the filter turned around.
 */
export function conv3dInputGradient(
  shape: readonly number[],
  dy: tf.Tensor5D,
  filter: tf.Tensor5D,
  attributes: Convolution3dAttributes,
): tf.Tensor5D {
  const info = infoOf(shape, filter, attributes)
  return tf.tidy(() => {
    const { front, top, left } = info.padInfo
    const dilations: [number, number, number] = [info.dilationDepth, info.dilationHeight, info.dilationWidth]
    const apart = [info.strideDepth, info.strideHeight, info.strideWidth].reduce(withZerosBetween, dy)
    const pads = [front, top, left].map((pad, axis): [number, number] => {
      const overhang = ((filter.shape[axis] ?? 1) - 1) * (dilations[axis] ?? 1)
      return [overhang - pad, (shape[axis + 1] ?? 0) + pad - (apart.shape[axis + 1] ?? 0)]
    })
    const turned: tf.Tensor5D = tf.transpose(turnedAround(filter), [0, 1, 2, 4, 3])
    return tf.conv3d(pads.reduce(padded, apart), turned, 1, 'valid', 'NDHWC', dilations)
  })
}

/** The taps in reverse. Backends reverse at most four axes. */
function turnedAround(filter: tf.Tensor5D): tf.Tensor5D {
  const [depth, height, width, channels, outputs] = filter.shape
  const flat: tf.Tensor4D = tf.reshape(filter, [depth, height, width, channels * outputs])
  return tf.reshape(tf.reverse(flat, [0, 1, 2]), filter.shape)
}

/** `stride` − 1 zeros between neighbours along a spatial axis. */
function withZerosBetween(x: tf.Tensor5D, stride: number, spatialAxis: number): tf.Tensor5D {
  if (stride === 1) return x
  const { before, extent, after } = aroundAxis(x, spatialAxis + 1)
  const apart = tf.pad(tf.reshape(x, [sizeOf(before) * extent, 1, sizeOf(after)]), [[0, 0], [0, stride - 1], [0, 0]]) // prettier-ignore
  const all = tf.reshape(apart, [sizeOf(before), extent * stride, sizeOf(after)])
  const size = (extent - 1) * stride + 1
  return reshaped(tf.slice(all, [0, 0, 0], [sizeOf(before), size, sizeOf(after)]), [
    ...before,
    size,
    ...after,
  ])
}

/** Zeros before and after along a spatial axis; of three axes, since WebGPU pads no more than four. */
function padded(x: tf.Tensor5D, [first, last]: readonly [number, number], spatialAxis: number): tf.Tensor5D {
  if (first === 0 && last === 0) return x
  const { before, extent, after } = aroundAxis(x, spatialAxis + 1)
  const flat = tf.reshape(x, [sizeOf(before), extent, sizeOf(after)])
  return reshaped(tf.pad(flat, [[0, 0], [first, last], [0, 0]]), [...before, first + extent + last, ...after]) // prettier-ignore
}

function aroundAxis({ shape }: tf.Tensor5D, axis: number) {
  return { before: shape.slice(0, axis), extent: shape[axis] ?? 1, after: shape.slice(axis + 1) }
}

function reshaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor5D {
  return tf.reshape(x, shape as tf.Tensor5D['shape'])
}

/** Of convolutions of images and of volumes. */
export function isDilated({
  dilations,
}: {
  readonly dilations?: number | readonly number[] | null | undefined
}): boolean {
  return [dilations ?? 1].flat().some((dilation) => dilation !== 1)
}

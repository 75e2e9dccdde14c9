import { tf } from '../tensorflow.ts'
import { convolutionInputGradient, type ConvolvedAxis, type ConvolveTurned } from './input-gradient.ts'

type Pair = number | [number, number]
type Padding = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding

/** How a 2-D convolution [N, H, W, C] was made. */
export interface ConvolutionAttributes {
  readonly strides: Pair
  readonly pad: Padding
  readonly dilations?: Pair | null | undefined
}

/** Geometry of a convolution of x [N, H, W, C] with a filter [kh, kw, C, K]. */
function axesOf(
  shape: readonly number[],
  filter: tf.Tensor4D,
  { strides, pad, dilations }: ConvolutionAttributes,
  depthwise: boolean,
): { readonly rows: ConvolvedAxis; readonly columns: ConvolvedAxis } {
  const image = shape as [number, number, number, number]
  const info = tf.backend_util.computeConv2DInfo(
    image,
    filter.shape,
    strides,
    dilations ?? 1,
    pad,
    undefined,
    depthwise,
  )
  const { inHeight, inWidth, filterHeight, filterWidth, outHeight, outWidth, padInfo } = info
  return {
    rows: {
      ...{ input: inHeight, kernel: filterHeight, output: outHeight },
      ...{ stride: info.strideHeight, dilation: info.dilationHeight, before: padInfo.top },
    },
    columns: {
      ...{ input: inWidth, kernel: filterWidth, output: outWidth },
      ...{ stride: info.strideWidth, dilation: info.dilationWidth, before: padInfo.left },
    },
  }
}

/** dL/dx of `tf.conv2d`, dilated ones included, which TensorFlow.js has no gradient for. NHWC. */
export function conv2dInputGradient(
  shape: readonly number[],
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  return tf.tidy(() =>
    convolutionInputGradient(dy, filter, { ...axesOf(shape, filter, attributes, false), convolve: plain }),
  )
}

/** dL/dx of `tf.depthwiseConv2d` with a filter [kh, kw, C, multiplier]. NHWC. */
export function depthwiseInputGradient(
  shape: readonly number[],
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  return tf.tidy(() =>
    convolutionInputGradient(dy, filter, { ...axesOf(shape, filter, attributes, true), convolve: depthwise }),
  )
}

const plain: ConvolveTurned = (dy, filter, { dilations, pad }) => {
  const [height, width, channels, outputs] = filter.shape
  if (height * width > 1 || pad !== 'valid')
    return tf.conv2d(dy, tf.transpose(filter, [0, 1, 3, 2]), 1, pad, 'NHWC', dilations)
  // One tap is a product of matrices, which takes the filter as it lies.
  const [count, rows, columns] = dy.shape
  const pixels: tf.Tensor2D = tf.reshape(dy, [count * rows * columns, outputs])
  return tf.reshape(tf.matMul(pixels, tf.reshape(filter, [channels, outputs]), false, true), [
    count,
    rows,
    columns,
    channels,
  ])
}

/** Channel c·multiplier + m of dy belongs to channel c of x. */
const depthwise: ConvolveTurned = (dy, filter, { dilations, pad }) => {
  const [height, width, channels, multiplier] = filter.shape
  const single: tf.Tensor4D = tf.reshape(filter, [height, width, channels * multiplier, 1])
  const products = tf.depthwiseConv2d(dy, single, 1, pad, 'NHWC', dilations)
  if (multiplier === 1) return products
  const [count, rows, columns] = products.shape
  return tf.sum(tf.reshape(products, [count, rows, columns, channels, multiplier]), 4)
}

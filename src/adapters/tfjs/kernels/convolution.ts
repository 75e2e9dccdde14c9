import { entry } from '../../../core/entry.ts'
import { tf } from '../tensorflow.ts'
import { convolutionInputGradient, type ConvolvedAxis, type ConvolveTurned } from './input-gradient.ts'
import { extentOf, sizeOf } from '../../../core/tensor/tensor.ts'

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
      input: inHeight,
      kernel: filterHeight,
      output: outHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: padInfo.top,
    },
    columns: {
      input: inWidth,
      kernel: filterWidth,
      output: outWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: padInfo.left,
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
    const padded =
      front + back === 0
        ? x
        : tf.pad(x, [
            [0, 0],
            [front, back],
            [0, 0],
            [0, 0],
            [0, 0],
          ])
    const pad: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]
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
      const overhang = (extentOf(filter.shape, axis) - 1) * entry(dilations, axis)
      return [overhang - pad, extentOf(shape, axis + 1) + pad - extentOf(apart.shape, axis + 1)]
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
  const apart = tf.pad(tf.reshape(x, [sizeOf(before) * extent, 1, sizeOf(after)]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ])
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
  return reshaped(
    tf.pad(flat, [
      [0, 0],
      [first, last],
      [0, 0],
    ]),
    [...before, first + extent + last, ...after],
  )
}

function aroundAxis({ shape }: tf.Tensor5D, axis: number) {
  return { before: shape.slice(0, axis), extent: extentOf(shape, axis), after: shape.slice(axis + 1) }
}

function reshaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor5D {
  return tf.reshape(x, shape as tf.Tensor5D['shape'])
}

/** Whether a convolution of images or of volumes is dilated. */
export function isDilated({
  dilations,
}: {
  readonly dilations?: number | readonly number[] | null | undefined
}): boolean {
  return [dilations ?? 1].flat().some((dilation) => dilation !== 1)
}

type FusedConvolution = typeof tf.fused.conv2d

let isDone = false

/**
 * Lets `tf.fused.conv2d`, which layers call, be its parts while gradients are recorded: fused, it has no
 * gradient where it is dilated, and computes that of the filter along with every other.
 */
export function unfuseForGradients(): void {
  if (isDone) return
  isDone = true
  const { conv2d } = tf.fused
  tf.fused.conv2d = ((options: Parameters<FusedConvolution>[0]) => {
    const isRecorded = tf.engine().state.gradientDepth > 0
    return isRecorded && (options.activation ?? 'linear') === 'linear' ? parts(options) : conv2d(options)
  }) as FusedConvolution
}

function parts({
  x,
  filter,
  strides,
  pad,
  dataFormat,
  dilations,
  dimRoundingMode,
  bias,
}: Parameters<FusedConvolution>[0]) {
  const y = tf.conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode)
  return bias === undefined || (bias as unknown) === null ? y : tf.add(y, bias)
}

const ofFilters = [tf.Conv2DBackpropFilter, tf.Conv3DBackpropFilterV2, tf.DepthwiseConv2dNativeBackpropFilter]

const done = new Set<string>()

/**
 * Zeros for gradients of filters: fused operations ask for them along with those of images, and nobody here
 * takes them.
 */
export function skipFilterGradients(backendName: string): void {
  if (done.has(backendName)) return
  done.add(backendName)
  for (const kernelName of ofFilters) {
    if ((tf.getKernel(kernelName, backendName) as unknown) !== undefined)
      tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({ kernelName, backendName, kernelFunc: ({ attrs }) => zeros(attrs) })
  }
}

function zeros(attrs: tf.NamedAttrMap | undefined): tf.TensorInfo {
  const shape = attrs?.['filterShape'] as number[]
  return {
    dataId: tf.backend().write(new Float32Array(sizeOf(shape)), shape, 'float32'),
    shape,
    dtype: 'float32',
  }
}

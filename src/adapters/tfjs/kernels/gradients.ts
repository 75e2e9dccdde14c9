import { entry } from '../../../core/entry.ts'
import { extentOf, extents4 } from '../../../core/tensor/tensor.ts'
import { tf } from '../tensorflow.ts'
import {
  conv2dInputGradient,
  conv3dInputGradient,
  type Convolution3dAttributes,
  type ConvolutionAttributes,
  depthwiseInputGradient,
  isDilated,
} from './convolution.ts'

/** One axis of a pooling window. */
interface PooledAxis {
  readonly input: number
  readonly output: number
  readonly window: number
  readonly stride: number
  readonly before: number
}

/** Attributes of pooling [N, H, W, C] or [N, D, H, W, C]. */
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
function correctedForBorder(dy: tf.Tensor, shape: readonly number[], attributes: PoolAttributes): tf.Tensor {
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
    const out = extentOf(output, at + 1)
    const missing = Math.max(0, (out - 1) * stride + window - input)
    const before = pad === 'valid' ? 0 : pad === 'same' ? Math.floor(missing / 2) : pad
    return { input, output: out, window, stride, before }
  })
}

function extentAt(extents: number | readonly number[], at: number): number {
  return typeof extents === 'number' ? extents : extentOf(extents, at)
}

/** Window over pixels inside, for each place of the window. */
function shareInside({ input, output, window, stride, before }: PooledAxis): Float32Array {
  return Float32Array.from({ length: output }, (_, at) => {
    const first = at * stride - before
    return window / (Math.min(input, first + window) - Math.max(0, first))
  })
}

export interface ResizeAttributes {
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** Source pixels and their weights for one target pixel. */
type Taps = readonly (readonly [source: number, weight: number])[]

type TapsOf = (
  target: number,
  extents: { readonly input: number; readonly output: number },
  how: ResizeAttributes,
) => Taps

/** As TensorFlow.js's ResizeBilinear places its samples. */
const bilinearTaps: TapsOf = (target, { input, output }, how) => {
  const ratio = ratioOf(input, output, how)
  const source = how.halfPixelCenters ? ratio * (target + 0.5) - 0.5 : ratio * target
  const lower = Math.max(0, Math.floor(source))
  const upper = Math.min(input - 1, Math.ceil(source))
  const share = source - Math.floor(source)
  return [
    [lower, 1 - share],
    [upper, share],
  ]
}

/** As TensorFlow.js's ResizeNearestNeighbor. */
const nearestTaps: TapsOf = (target, { input, output }, how) => {
  const ratio = ratioOf(input, output, how)
  const source = how.halfPixelCenters ? ratio * (target + 0.5) : ratio * target
  const rounded = how.alignCorners ? Math.round(source) : Math.floor(source)
  return [[Math.max(0, Math.min(input - 1, rounded)), 1]]
}

function ratioOf(input: number, output: number, { alignCorners }: ResizeAttributes): number {
  return alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output
}

/**
 * dL/dx [N, H, W, C] of a resize, from dL/dy [N, OH, OW, C]: the transposed interpolation along rows, then
 * along columns.
 */
function resizeInputGradient(
  dy: tf.Tensor4D,
  shape: readonly number[],
  taps: TapsOf,
  how: ResizeAttributes,
): tf.Tensor {
  const [samples, height, width, channels] = extents4(shape)
  return tf.tidy(() => {
    const [, rows, columns] = dy.shape
    const down = transposedMatrix({ input: height, output: rows }, taps, how)
    const across = transposedMatrix({ input: width, output: columns }, taps, how)
    const shrunk = tf.matMul(repeated(down, samples), tf.reshape(dy, [samples, rows, columns * channels]))
    const lines = tf.reshape(shrunk, [samples * height, columns, channels])
    return tf.reshape(tf.matMul(repeated(across, samples * height), lines), [
      samples,
      height,
      width,
      channels,
    ])
  })
}

/** [input, output]: how much each source pixel gives to each target pixel. */
function transposedMatrix(
  extents: { readonly input: number; readonly output: number },
  taps: TapsOf,
  how: ResizeAttributes,
) {
  const { input, output } = extents
  const matrix = new Float32Array(input * output)
  for (let target = 0; target < output; target++)
    for (const [source, weight] of taps(target, extents, how)) {
      const at = source * output + target
      matrix[at] = entry(matrix, at) + weight
    }
  return tf.tensor3d(matrix, [1, input, output])
}

/** WebAssembly's product wants as many matrices on both sides. */
function repeated(matrix: tf.Tensor3D, count: number): tf.Tensor3D {
  return count === 1 ? matrix : tf.tile(matrix, [count, 1, 1])
}

/** dL/dx from dL/dy and what the library saved; undefined where the library's own gradient is right. */
type InputGradient = (
  dy: tf.Tensor,
  saved: readonly tf.Tensor[],
  attributes: unknown,
) => (() => tf.Tensor) | undefined

/** Gradients that TensorFlow.js 4.22 has for some cases only, or wrong, by kernel. */
const mended: Readonly<Record<string, { readonly input: string; readonly gradient: InputGradient }>> = {
  // Dilated convolutions have none.
  [tf.Conv2D]: {
    input: 'x',
    gradient: (dy, saved, attributes) => {
      const given = attributes as ConvolutionAttributes & { readonly dataFormat: string }
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D]
      if (!isDilated(given) || given.dataFormat !== 'NHWC') return undefined
      return () => conv2dInputGradient(x.shape, dy as tf.Tensor4D, filter, given)
    },
  },
  [tf.DepthwiseConv2dNative]: {
    input: 'x',
    gradient: (dy, saved, attributes) => {
      const given = attributes as ConvolutionAttributes
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D]
      return isDilated(given)
        ? () => depthwiseInputGradient(x.shape, dy as tf.Tensor4D, filter, given)
        : undefined
    },
  },
  [tf.Conv3D]: {
    input: 'x',
    gradient: (dy, saved, attributes) => {
      const given = attributes as Convolution3dAttributes
      const [x, filter] = saved as [tf.Tensor5D, tf.Tensor5D]
      return isDilated(given)
        ? () => conv3dInputGradient(x.shape, dy as tf.Tensor5D, filter, given)
        : undefined
    },
  },
  [tf.AvgPool]: { input: 'x', gradient: averagePool },
  [tf.AvgPool3D]: { input: 'x', gradient: averagePool },
  // Images that are not square come back with columns for rows.
  [tf.ResizeBilinear]: { input: 'images', gradient: resize(bilinearTaps) },
  [tf.ResizeNearestNeighbor]: { input: 'images', gradient: resize(nearestTaps) },
}

/** Gradients of kernels that TensorFlow.js can't differentiate at all. */
const missing: readonly tf.GradConfig[] = [
  {
    // A transposed 3-D convolution: its adjoint is the convolution.
    kernelName: tf.Conv3DBackpropInputV2,
    inputsToSave: ['filter'],
    gradFunc: (dy, [filter], attributes) => {
      const { strides, pad } = attributes as unknown as Convolution3dAttributes
      return { dy: () => tf.conv3d(dy as tf.Tensor5D, filter as tf.Tensor5D, strides, pad) }
    },
  },
  {
    kernelName: tf.DepthToSpace,
    gradFunc: (dy, _, attributes) => {
      const { blockSize } = attributes as unknown as tf.DepthToSpaceAttrs
      return { x: () => spaceToDepth(dy as tf.Tensor4D, blockSize) }
    },
  },
  {
    kernelName: tf.StridedSlice,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => ({
      x: () => uncropped(dy as tf.Tensor, x?.shape ?? [], attributes as unknown as tf.StridedSliceAttrs),
    }),
  },
]

const ours = new WeakSet<tf.GradConfig>()

/**
 * Completes TensorFlow.js's table of gradients; anew after a package has brought the library's own along once
 * more.
 */
export function supplyGradients(): void {
  for (const [kernelName, { input, gradient }] of Object.entries(mended)) mend(kernelName, input, gradient)
  for (const config of missing)
    if ((tf.getGradient(config.kernelName) as unknown) === undefined) tf.registerGradient(config)
}

function mend(kernelName: string, input: string, gradient: InputGradient): void {
  const own = tf.getGradient(kernelName)
  if (ours.has(own)) return
  const config: tf.GradConfig = {
    ...own,
    gradFunc: (dy, saved, attrs) => {
      const given = gradient(dy as tf.Tensor, saved, attrs)
      return given === undefined ? own.gradFunc(dy, saved, attrs) : { [input]: given }
    },
  }
  ours.add(config)
  tf.unregisterGradient(kernelName)
  tf.registerGradient(config)
}

/** TensorFlow's own library divides right. */
function averagePool(
  dy: tf.Tensor,
  [x]: readonly tf.Tensor[],
  attributes: unknown,
): (() => tf.Tensor) | undefined {
  const given = attributes as PoolAttributes
  if (x === undefined || given.pad === 'valid' || tf.getBackend() === 'tensorflow') return undefined
  return () => {
    const scaled = correctedForBorder(dy, x.shape, given)
    const kernel = x.rank === 4 ? tf.AvgPoolGrad : tf.AvgPool3DGrad
    return tf.engine().runKernel(kernel, { dy: scaled, input: x }, attributes as tf.NamedAttrMap)
  }
}

function resize(taps: typeof bilinearTaps): InputGradient {
  return (dy, [images], attributes) =>
    images &&
    (() => resizeInputGradient(dy as tf.Tensor4D, images.shape, taps, attributes as ResizeAttributes))
}

/** The inverse of depth to space: [N, H·b, W·b, C] to [N, H, W, b·b·C]. */
function spaceToDepth(x: tf.Tensor4D, block: number): tf.Tensor {
  const [samples, height, width, channels] = x.shape
  const blocks = tf.reshape(x, [samples, height / block, block, width / block, block, channels])
  const moved = tf.transpose(blocks, [0, 1, 3, 2, 4, 5])
  return tf.reshape(moved, [samples, height / block, width / block, block * block * channels])
}

/** Zeros around what a slice took; slices with steps are left out. */
function uncropped(dy: tf.Tensor, shape: readonly number[], attributes: tf.StridedSliceAttrs): tf.Tensor {
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const
  const { begin, end, strides } = tf.slice_util.sliceInfo(
    [...shape],
    attributes.begin,
    attributes.end,
    attributes.strides,
    ...masks,
  )
  if (strides.some((stride) => stride !== 1))
    throw new Error(`gradient function not found for ${tf.StridedSlice}`)
  const taken = shape.map((_, axis) => entry(end, axis) - entry(begin, axis))
  const pads = shape.map((extent, axis): [number, number] => [entry(begin, axis), extent - entry(end, axis)])
  return tf.pad(tf.reshape(dy, taken), pads)
}

import { tf } from '../tensorflow.ts'
import { conv2dInputGradient, depthwiseInputGradient, type ConvolutionAttributes } from './convolution-2d.ts'
import { conv3dInputGradient, isDilated, type Convolution3dAttributes } from './convolution-3d.ts'
import { correctedForBorder, type PoolAttributes } from './pooling.ts'
import { bilinearTaps, nearestTaps, resizeInputGradient, type ResizeAttributes } from './resizing.ts'

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

/** Of kernels that TensorFlow.js can't differentiate at all. */
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
  const taken = shape.map((_, axis) => (end[axis] ?? 0) - (begin[axis] ?? 0))
  const pads = shape.map((extent, axis): [number, number] => [begin[axis] ?? 0, extent - (end[axis] ?? 0)])
  return tf.pad(tf.reshape(dy, taken), pads)
}

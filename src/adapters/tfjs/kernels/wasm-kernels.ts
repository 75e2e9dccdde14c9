import { tf } from '../tensorflow.ts'
import { conv2dInputGradient, depthwiseInputGradient, type ConvolutionAttributes } from './convolution-2d.ts'
import { replaceKernel, type Kernel, type NamedTensors } from './replace-kernel.ts'
import { conv3dBySlices, conv3dInputGradient, type Convolution3dAttributes } from './convolution-3d.ts'

/**
 * Kernels that gradients need and the WebAssembly backend has not, or only as plain loops (on one core 20
 * times slower than its convolutions); undefined leaves a case to the backend's own kernel.
 */
const kernels: Readonly<Record<string, Kernel>> = {
  [tf.Conv2DBackpropInput]: ({ dy, filter }, attributes) => {
    const { inputShape, dataFormat, ...rest } = attributes as ConvolutionAttributes &
      InputShape & { readonly dataFormat: string }
    return dataFormat === 'NHWC'
      ? conv2dInputGradient(inputShape, dy as tf.Tensor4D, filter as tf.Tensor4D, rest)
      : undefined
  },
  [tf.DepthwiseConv2dNativeBackpropInput]: ({ dy, filter }, attributes) => {
    const { inputShape, ...rest } = attributes as ConvolutionAttributes & InputShape
    return depthwiseInputGradient(inputShape, dy as tf.Tensor4D, filter as tf.Tensor4D, rest)
  },
  [tf.MaxPoolGrad]: aboveZero,
  // The backend's own is wrong for strides above 1.
  [tf.Conv3DBackpropInputV2]: ({ dy, filter }, attributes) => {
    const { inputShape, ...rest } = attributes as Convolution3dAttributes & InputShape
    return conv3dInputGradient(inputShape, dy as tf.Tensor5D, filter as tf.Tensor5D, rest)
  },
  [tf.Conv3D]: ({ x, filter }, attributes) =>
    conv3dBySlices(x as tf.Tensor5D, filter as tf.Tensor5D, attributes as Convolution3dAttributes),
}

interface InputShape {
  readonly inputShape: readonly number[]
}

let isDone = false

/** Puts our kernels in place of the backend's; once a process is enough. */
export function supplyWasmKernels(): void {
  if (isDone) return
  isDone = true
  // These find no maximum below zero; the JavaScript backend's do, and are borrowed.
  for (const wrong of [tf.MaxPool3D, tf.MaxPool3DGrad]) tf.unregisterKernel(wrong, 'wasm')
  for (const [kernelName, kernel] of Object.entries(kernels)) replaceKernel(kernelName, 'wasm', kernel)
}

/**
 * The backend's gradient of maximum pooling finds no maximum below zero, so all pixels are moved above it.
 */
function aboveZero(
  inputs: NamedTensors,
  _: unknown,
  own: (inputs: NamedTensors) => tf.TensorInfo,
): tf.TensorInfo {
  const shifted = tf.tidy(() => {
    const input = inputs['input'] as tf.Tensor
    return tf.add(tf.sub(input, tf.min(input)), 1)
  })
  const gradient = own({ ...inputs, input: shifted })
  shifted.dispose()
  return gradient
}

import { tf } from '../tensorflow.ts'
import { conv2dInputGradient, depthwiseInputGradient, type ConvolutionAttributes } from './convolution-2d.ts'
import { conv3dBySlices, conv3dInputGradient, type Convolution3dAttributes } from './convolution-3d.ts'

type Kernel = (inputs: Readonly<Record<string, tf.Tensor>>, attributes: unknown) => tf.Tensor | undefined

/**
 * Kernels that gradients need and the WebAssembly backend has not, or only as plain loops (on one core 20 times slower than its
 * convolutions); undefined leaves a case to the backend's own kernel.
 */
const kernels: Readonly<Record<string, Kernel>> = {
  [tf.Conv2DBackpropInput]: ({ dy, filter }, attributes) => {
    const { inputShape, dataFormat, ...rest } = attributes as ConvolutionAttributes & InputShape & { readonly dataFormat: string }
    return dataFormat === 'NHWC' ? conv2dInputGradient(inputShape, dy as tf.Tensor4D, filter as tf.Tensor4D, rest) : undefined
  },
  [tf.DepthwiseConv2dNativeBackpropInput]: ({ dy, filter }, attributes) => {
    const { inputShape, ...rest } = attributes as ConvolutionAttributes & InputShape
    return depthwiseInputGradient(inputShape, dy as tf.Tensor4D, filter as tf.Tensor4D, rest)
  },
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
  for (const [kernelName, kernel] of Object.entries(kernels)) replace(kernelName, kernel)
}

function replace(kernelName: string, kernel: Kernel): void {
  const own = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined
  if (own !== undefined) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const result = kernel(call.inputs as unknown as Record<string, tf.Tensor>, call.attrs)
      if (result !== undefined) return result
      if (own !== undefined) return own.kernelFunc(call)
      throw new Error(`Kernel '${kernelName}' not registered for backend 'wasm'`)
    },
  })
}

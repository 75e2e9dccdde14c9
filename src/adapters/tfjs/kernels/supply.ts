import { tf } from '../tensorflow.ts'
import {
  conv2dInputGradient,
  conv3dBySlices,
  conv3dInputGradient,
  type Convolution3dAttributes,
  type ConvolutionAttributes,
  depthwiseInputGradient,
  isDilated,
  skipFilterGradients,
  unfuseForGradients,
} from './convolution.ts'
import { supplyGradients } from './gradients.ts'

type NamedTensors = Readonly<Record<string, tf.Tensor>>

/**
 * A kernel out of operations; undefined leaves a case to the backend's own kernel, which `own` calls with
 * other inputs.
 */
type Kernel = (
  inputs: NamedTensors,
  attributes: unknown,
  own: (inputs: NamedTensors) => tf.TensorInfo,
) => tf.TensorInfo | undefined

/** Puts a kernel before a backend's own, or where it has none. */
function replaceKernel(kernelName: string, backendName: string, kernel: Kernel): void {
  const existing = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined
  if (existing !== undefined) tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (call) => {
      const own = (inputs: NamedTensors) => {
        if (existing === undefined)
          throw new Error(`Kernel '${kernelName}' not registered for backend '${backendName}'`)
        return existing.kernelFunc({ ...call, inputs }) as tf.TensorInfo
      }
      const inputs = call.inputs as unknown as NamedTensors
      return kernel(inputs, call.attrs, own) ?? own(inputs)
    },
  })
}

/** Gives a backend what our gradients need and TensorFlow.js lacks or has wrong; as often as one likes. */
export function supplyKernels(backendName: string): void {
  supplyGradients()
  unfuseForGradients()
  skipFilterGradients(backendName)
  if (backendName === 'tensorflow') supplyAddonKernels()
  if (backendName !== 'wasm') return
  supplyWasmKernels()
  borrowCpuKernels(backendName)
}

let isDone = false

/** TensorFlow's library has no dilated convolutions of volumes on the CPU; once a process is enough. */
function supplyAddonKernels(): void {
  if (isDone) return
  isDone = true
  replaceKernel(tf.Conv3D, 'tensorflow', ({ x, filter }, attributes) => {
    const given = attributes as Convolution3dAttributes
    return isDilated(given) ? conv3dBySlices(x as tf.Tensor5D, filter as tf.Tensor5D, given) : undefined
  })
}

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

let isWasmDone = false

/** Puts our kernels in place of the backend's; once a process is enough. */
function supplyWasmKernels(): void {
  if (isWasmDone) return
  isWasmDone = true
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

/** What is used of a backend that keeps values in JavaScript arrays. */
interface ValuesBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.backend_util.BackendValues): tf.TensorInfo
  readSync(dataId: object): tf.backend_util.BackendValues
  disposeData(dataId: object, force: boolean): boolean
}

/**
 * Kernels that a backend lacks and the JavaScript backend (`cpu`) has, run there: inputs are copied over and
 * results back. Slow, but what a model needs once seldom matters. Only for backends that can be read
 * synchronously.
 */
function borrowCpuKernels(backendName: string): void {
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu'))
    if ((tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined) === undefined)
      tf.registerKernel({ kernelName, backendName, kernelFunc: borrowed(kernelFunc) })
}

function borrowed(kernelFunc: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const cpuBackend: object = tf.engine().findBackend('cpu')
    const [here, cpu] = [backend as ValuesBackend, cpuBackend as ValuesBackend]
    const copies: tf.TensorInfo[] = []
    const copied = (info: tf.TensorInfo) => {
      const copy = cpu.makeTensorInfo(info.shape, info.dtype, here.readSync(info.dataId))
      copies.push(copy)
      return copy
    }
    const results = kernelFunc({ inputs: mapped(inputs, copied), attrs: attrs ?? {}, backend: cpuBackend })
    const back = (Array.isArray(results) ? results : [results]).map((info) => {
      copies.push(info)
      return tf
        .engine()
        .makeTensor(cpu.readSync(info.dataId) as Float32Array, info.shape, info.dtype, tf.backend())
    })
    for (const { dataId } of copies) cpu.disposeData(dataId, true)
    return Array.isArray(results) ? back : (back[0] as tf.TensorInfo)
  }
}

function mapped(
  inputs: tf.NamedTensorInfoMap,
  each: (info: tf.TensorInfo) => tf.TensorInfo,
): tf.NamedTensorInfoMap {
  const copies: tf.NamedTensorInfoMap = {}
  for (const [name, info] of Object.entries(inputs)) if (info !== undefined) copies[name] = each(info)
  return copies
}

import { tf } from '../tensorflow.ts'

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
export function borrowCpuKernels(backendName: string): void {
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

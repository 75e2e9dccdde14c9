import { tf } from '../tensorflow.ts'

export type NamedTensors = Readonly<Record<string, tf.Tensor>>

/**
 * A kernel out of operations; undefined leaves a case to the backend's own kernel, which `own` calls with
 * other inputs.
 */
export type Kernel = (
  inputs: NamedTensors,
  attributes: unknown,
  own: (inputs: NamedTensors) => tf.TensorInfo,
) => tf.TensorInfo | undefined

/** Puts a kernel before a backend's own, or where it has none. */
export function replaceKernel(kernelName: string, backendName: string, kernel: Kernel): void {
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

import { importOptional } from './node-addon.ts'
import { tf } from './tensorflow.ts'

/** What is used of the package `webgpu`, which brings Dawn to Node. */
interface Dawn {
  readonly create: (options: readonly string[]) => unknown
  readonly globals: object
}

/**
 * Gives this thread WebGPU as browsers have it, and TensorFlow.js its backend. @throws Error where a package
 * isn't installed or no graphics card has a driver for it.
 */
export async function loadWebgpu(): Promise<void> {
  const { create, globals } = (await importOptional('webgpu')) as Dawn
  Object.assign(globalThis, globals)
  const gpu = create([]) as { requestAdapter(): Promise<object | null> }
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  if ((await gpu.requestAdapter()) === null) throw new Error('no graphics card has a driver for WebGPU')
  await importOptional('@tensorflow/tfjs-backend-webgpu')
  await tf.setBackend('webgpu')
  const { device } = tf.backend() as unknown as { readonly device: EventTarget }
  device.addEventListener('uncapturederror', (event) => {
    fault ??= (event as unknown as { readonly error: Error }).error.message
  })
}

let fault: string | undefined

/**
 * What WebGPU has complained of since it was last asked. TensorFlow.js goes on after a shader that doesn't
 * compile (of tensors of five axes, for one) as if it had computed something. @throws Error for a complaint.
 */
export function throwWebgpuFault(): void {
  const said = fault
  fault = undefined
  if (said !== undefined) throw new Error(`WebGPU: ${said.trim()}`)
}

import { listSupportedBackends, type InferenceSession } from 'onnxruntime-node'

/** Execution providers of ONNX Runtime that we drive. */
export const ortDevices = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const

export type OrtDevice = (typeof ortDevices)[number]

/**
 * Whether ONNX Runtime's library for this platform knows the device; whether the machine has it shows when a
 * session is made.
 */
export function isDeviceBuiltIn(device: OrtDevice): boolean {
  return listSupportedBackends().some(({ name }) => name === device)
}

/** Providers in the order of preference: operators that the device lacks run on the CPU. */
export function providersOf(device: OrtDevice): InferenceSession.ExecutionProviderConfig[] {
  return device === 'cpu' ? ['cpu'] : [device, 'cpu']
}

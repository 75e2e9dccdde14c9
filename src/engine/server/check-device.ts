import type { DeviceTrial } from '../../adapters/ort/select-device.ts'
import { chooseDevice, type DeviceRequest } from '../device.ts'

/** The device that a request means on this machine. */
export interface ChosenDevice {
  readonly requested: string
  readonly name: string
  readonly threads: number
  /** What became of every candidate. */
  readonly trials: readonly DeviceTrial[]
}

/**
 * Takes a second or two, since every candidate computes something. @throws RadversaryError usage,
 * runtime-failed.
 */
export async function checkDevice(request: DeviceRequest): Promise<ChosenDevice> {
  const { runtime, trials } = await chooseDevice(request)
  return { requested: request.device, name: runtime.device, threads: runtime.threads, trials }
}

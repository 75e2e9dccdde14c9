import type { DeviceTrial } from '../../adapters/ort/select-device.ts'
import { chooseDevice, type DeviceRequest } from '../device.ts'
import type { SettingsFile } from './settings/settings-file.ts'

/** The device that the settings mean on this machine. */
export interface ChosenDevice {
  readonly requested: string
  readonly name: string
  readonly threads: number
  /** What became of every candidate. */
  readonly trials: readonly DeviceTrial[]
}

export interface DeviceChooser {
  /** Self-checked once for the same settings. @throws RadversaryError runtime-failed. */
  chosen(): Promise<ChosenDevice>
  /** The same for a job: by name, so that it isn't searched for again. */
  request(): Promise<DeviceRequest>
}

export function createDeviceChooser(settings: SettingsFile): DeviceChooser {
  const known = new Map<string, Promise<ChosenDevice>>()
  const choose = async (request: DeviceRequest): Promise<ChosenDevice> => {
    const { runtime, trials } = await chooseDevice(request)
    return { requested: request.device, name: runtime.device, threads: runtime.threads, trials }
  }
  const chosen = async () => {
    const { device, threads } = await settings.read()
    const key = `${device} ${String(threads)}`
    const choice = known.get(key) ?? choose({ device, threads: threads ?? undefined })
    known.set(key, choice)
    // A device may come back (a driver restarted): a failure is tried again.
    choice.catch(() => known.delete(key))
    return choice
  }
  return {
    chosen,
    request: async () => {
      const { name, threads } = await chosen()
      return { device: name, threads }
    },
  }
}

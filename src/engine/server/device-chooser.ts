import type { DeviceRequest } from '../device.ts'
import type { ChosenDevice } from './check-device.ts'
import type { SettingsFile } from './settings-file.ts'
import type { EngineThread } from './engine-threads.ts'

/** The device that the settings mean on this machine. */
export interface DeviceChooser {
  /** Self-checked once for the same settings. @throws RadversaryError runtime-failed. */
  chosen(): Promise<ChosenDevice>
  /** The same for a job: by name, so that it isn't searched for again. */
  request(): Promise<DeviceRequest>
}

export function createDeviceChooser(settings: SettingsFile, thread: EngineThread): DeviceChooser {
  const known = new Map<string, Promise<ChosenDevice>>()
  const chosen = async () => {
    const { device, threads } = await settings.read()
    const key = `${device} ${String(threads)}`
    const choice = known.get(key) ?? thread.run('checkDevice', { device, threads: threads ?? undefined })
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

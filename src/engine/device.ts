import { ortDevices, type OrtDevice } from '../adapters/ort/devices.ts'
import { createGradientProbe } from '../adapters/ort/gradient-probe.ts'
import { selectDevice, type DeviceChoice } from '../adapters/ort/select-device.ts'
import { RadversaryError } from '../core/errors.ts'

export interface DeviceRequest {
  /** `auto` or a device's name. */
  readonly device: string
  readonly threads?: number | undefined
}

/**
 * The runtime for a request, self-checked unless it is the CPU. @throws RadversaryError usage,
 * runtime-failed.
 */
export function chooseDevice({ device, threads }: DeviceRequest): Promise<DeviceChoice> {
  if (device !== 'auto' && !isOrtDevice(device))
    throw new RadversaryError(
      'usage',
      `Device: expected auto or one of ${ortDevices.join(', ')}, got ${device}`,
    )
  return selectDevice(device, { createProbe: createGradientProbe, threads })
}

function isOrtDevice(device: string): device is OrtDevice {
  return (ortDevices as readonly string[]).includes(device)
}

/** What was picked and why, and what became of the others, as sentences. */
export function describeDevice({ runtime, trials }: DeviceChoice): string[] {
  const others = trials.filter(({ verdict }) => verdict !== 'picked')
  const picked = trials.find(({ verdict }) => verdict === 'picked')
  const threads = runtime.device === 'cpu' ? `, ${runtime.threads} threads` : ''
  return [
    `Device ${runtime.device}${threads}: ${picked?.reason ?? 'picked'}`,
    ...others.map((trial) => `Device ${trial.device} not used: ${trial.reason}`),
  ]
}

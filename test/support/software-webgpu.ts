import { existsSync } from 'node:fs'
import { describe } from 'vitest'

/** SwiftShader, a Vulkan driver that runs on the CPU; Debian's chromium brings it. */
const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * A group of tests on the WebGPU provider, in software: skipped, saying so, where the driver is absent; a
 * failure in CI. The variable is read by the Vulkan loader when the first WebGPU session of the process is
 * made, so it is set before.
 */
export function describeWithSoftwareWebgpu(name: string, tests: () => void): void {
  const present = existsSync(softwareVulkan)
  if (!present && process.env['CI'] === 'true')
    throw new Error(`${softwareVulkan} not found (install chromium), needed by: ${name}`)
  if (present) process.env['VK_ICD_FILENAMES'] = softwareVulkan
  describe.skipIf(!present)(
    present ? name : `${name} (needs Debian's chromium for WebGPU in software)`,
    tests,
  )
}

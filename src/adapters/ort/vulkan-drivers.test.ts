import { expect, test } from 'vitest'
import { hasVulkanDriver } from './vulkan-drivers.ts'

test('a driver is found by a variable or by its file in a folder of the loader', () => {
  expect(hasVulkanDriver({ VK_ICD_FILENAMES: '/x.json' }, () => [])).toBe(true)
  const only = (where: string) => (folder: string) => (folder === where ? ['nvidia_icd.json'] : [])
  expect(hasVulkanDriver({}, only('/usr/share/vulkan/icd.d'))).toBe(true)
  expect(hasVulkanDriver({ XDG_DATA_DIRS: '/opt/share' }, only('/opt/share/vulkan/icd.d'))).toBe(true)
})

test('no variable and no description of a driver is no driver', () => {
  expect(hasVulkanDriver({}, () => [])).toBe(false)
  expect(hasVulkanDriver({}, () => ['README'])).toBe(false)
})

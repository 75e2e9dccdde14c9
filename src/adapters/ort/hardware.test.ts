import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { grantedCpus, hasVulkanDriver, parseCpuList, physicalCores } from './hardware.ts'

test('the physical cores are at least one and at most the logical processors', () => {
  expect(physicalCores()).toBeGreaterThanOrEqual(1)
  expect(physicalCores()).toBeLessThanOrEqual(availableParallelism())
})

test('a Linux processor list may hold single numbers and ranges', () => {
  expect(parseCpuList('0-3,8,10-11')).toEqual([0, 1, 2, 3, 8, 10, 11])
  expect(parseCpuList('')).toEqual([])
})

test('a control group grants whole processors, at least one, or all', () => {
  expect(grantedCpus('250000 100000\n')).toBe(2)
  expect(grantedCpus('50000 100000')).toBe(1)
  expect(grantedCpus('max 100000')).toBe(Infinity)
})

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

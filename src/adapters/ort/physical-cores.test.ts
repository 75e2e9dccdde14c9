import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { grantedCpus, parseCpuList, physicalCores } from './physical-cores.ts'

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

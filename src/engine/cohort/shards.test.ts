import { expect, test } from 'vitest'
import { shardsOf, cohortSeconds, machinesUntilMerge, type CohortCosts } from './shards.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const studies = [7, 5, 4, 3, 3, 2].map((bytes, index) => ({ name: `s${index}`, bytes }))

test('the largest study goes first, each to the shard that has least', () => {
  expect(shardsOf(studies, 2)).toEqual([
    ['s0', 's3', 's5'],
    ['s1', 's2', 's4'],
  ])
})

test('every study is in one shard, whatever their order, and no shard is empty', () => {
  for (const count of [1, 3, 6]) {
    const shards = shardsOf([...studies].reverse(), count)
    expect(shards).toEqual(shardsOf(studies, count))
    expect(shards.flat().sort()).toEqual(studies.map(({ name }) => name))
    expect(shards.every((names) => names.length > 0)).toBe(true)
  }
})

test('studies that weigh nothing are spread all the same', () => {
  const empty = studies.map(({ name }) => ({ name, bytes: 0 }))
  expect(shardsOf(empty, 3).map((names) => names.length)).toEqual([2, 2, 2])
})

test('more shards than studies are refused', () => {
  expect(() => shardsOf(studies, 7)).toThrow('expected at most 6, one for each study, got 7')
})

const documented = { perImage: 1, perStudy: 0.3, perShard: 10, mergePerImage: 0.005 }
const million = { images: 1_000_000, studies: 10_000 }

test('one machine takes its images one after the other, and the merge comes to it', () => {
  const costs: CohortCosts = { perImage: 2, perStudy: 10, perShard: 5, mergePerImage: 0.1 }
  expect(cohortSeconds(costs, { images: 100, studies: 5, machines: 1 })).toBeCloseTo(5 + 5 * (40 + 10) + 10)
  expect(cohortSeconds(costs, { images: 100, studies: 5, machines: 2 })).toBeCloseTo(5 + 3 * (40 + 10) + 10)
})

test('where the merge takes as long as the attack, half of the time is its', () => {
  const machines = machinesUntilMerge(documented, million)
  const merge = documented.mergePerImage * million.images
  const all = cohortSeconds({ ...documented, perShard: 0 }, { ...million, machines })
  expect(merge / all).toBeCloseTo(0.5, 2)
})

test('docs/cohort.md has what the formula gives', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/cohort.md'), 'utf8')
  const hours = (machines: number) => (cohortSeconds(documented, { ...million, machines }) / 3600).toFixed(1)
  for (const machines of [1, 16, 256])
    expect(text).toMatch(new RegExp(`\\| ${machines} +\\| ${hours(machines)} h +\\|`))
  expect(text).toContain(`about ${Math.round(machinesUntilMerge(documented, million) / 10) * 10} machines`)
})

/**
 * Four tasks on two busy cores, 280 images in 10 studies (docs/cohort.md): costs of the shard of two
 * studies.
 */
test('the run on Slurm took what the formula says, to a fifth', () => {
  const costs = { perImage: 31.3 / 28, perStudy: 0, perShard: 1.9, mergePerImage: 2.5 / 280 }
  const said = cohortSeconds(costs, { images: 280, studies: 10, machines: 4 })
  const measured = 81.3 + 2.5
  expect(Math.abs(said - measured) / measured).toBeLessThan(0.2)
})

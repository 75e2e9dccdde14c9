import { expect, test } from 'vitest'
import { shardsOf } from './shards.ts'

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

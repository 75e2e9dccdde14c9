import { expect, test } from 'vitest'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { listedRuns, tickedRuns, tickRun, useRunList } from './run-list.ts'

const run = (name: string, day: number, state: RunInfo['state'], rate: number | null) =>
  ({
    id: name,
    state,
    title: 'study',
    request: { name, method: name.split(' ')[0], model: 'chest', created: `2026-01-0${day}T00:00:00.000Z` },
    summary: state === 'done' ? { fooled: { rate } } : null,
  }) as unknown as RunInfo

const runs = [
  run('smia 8/255', 1, 'done', 0.2),
  run('pgd 4/255', 2, 'failed', null),
  run('pgd 2/255', 3, 'done', 0.9),
  run('fgsm', 4, 'running', null),
]
const all = { search: '', filter: 'all', order: 'latest' } as const
const names = (form: Partial<Parameters<typeof listedRuns>[1]>) =>
  listedRuns(runs, { ...all, ...form }).map(({ id }) => id)

test('runs are found by all words of their name, method, model, study or state', () => {
  expect(names({ search: 'PGD chest' })).toEqual(['pgd 2/255', 'pgd 4/255'])
  expect(names({ search: 'pgd failed' })).toEqual(['pgd 4/255'])
  expect(names({ search: 'none' })).toEqual([])
})

test('runs are listed by state', () => {
  expect(names({ filter: 'done' })).toEqual(['pgd 2/255', 'smia 8/255'])
  expect(names({ filter: 'work' })).toEqual(['fgsm'])
  expect(names({ filter: 'stopped' })).toEqual(['pgd 4/255'])
})

test('runs are sorted, those without a number last', () => {
  expect(names({ order: 'oldest' })).toEqual(['smia 8/255', 'pgd 4/255', 'pgd 2/255', 'fgsm'])
  expect(names({ order: 'name' })).toEqual(['fgsm', 'pgd 2/255', 'pgd 4/255', 'smia 8/255'])
  expect(names({ order: 'fooled' })).toEqual(['pgd 2/255', 'smia 8/255', 'fgsm', 'pgd 4/255'])
})

test('of ticked runs those that are listed and at rest are deleted', () => {
  const ticked = new Set(['smia 8/255', 'pgd 4/255', 'fgsm'])
  const idsOf = (search: string) =>
    tickedRuns(listedRuns(runs, { ...all, search }), ticked).map(({ id }) => id)
  expect(idsOf('')).toEqual(['pgd 4/255', 'smia 8/255'])
  expect(idsOf('pgd')).toEqual(['pgd 4/255'])
})

test('ticks come and go one by one', () => {
  tickRun('a', true)
  tickRun('b', true)
  tickRun('a', false)
  expect([...useRunList.getState().ticked]).toEqual(['b'])
})

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/engine/compare/comparison.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'

const labels = join(import.meta.dirname, '../../resources/sample/study/labels.csv')

describe('the engine and comparisons', () => {
  let engine: TestEngine
  let study: StudyInfo
  const things = () => ({
    study: study.id,
    images: [10, 11, 12, 13],
    models: ['phantom-thorax'],
    labels,
    methods: [{ name: 'fgsm' }, { name: 'noise' }],
    budgets: { Linf: ['2/255', '8/255'], L2: [] },
  })
  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    const paths = await engine.client.studies.sample.query()
    study = (await lastOf(await engine.client.studies.open.mutate({ paths }), 'study')).study
  })
  afterAll(async () => {
    await engine.end()
  })

  describe('one that is left to its end', () => {
    let id: string
    let comparison: Comparison
    beforeAll(async () => {
      id = (await engine.client.comparisons.create.mutate(things())).comparison
      comparison = (await lastOf(await engine.client.comparisons.work.mutate({ comparison: id }), 'compared'))
        .comparison
    }, 60_000)

    it('compares every method at every budget', () => {
      expect(comparison.cells.map(({ method, budget, slices }) => [method, budget, slices])).toEqual([
        ['fgsm', '2/255', 4],
        ['fgsm', '8/255', 4],
        ['noise', '2/255', 4],
        ['noise', '8/255', 4],
      ])
    })

    it('is listed as done and can be read again', async () => {
      const { comparisons, broken } = await engine.client.comparisons.list.query()
      expect(broken).toEqual([])
      expect(comparisons).toMatchObject([
        { id, isDone: true, isInWork: false, request: { models: ['phantom-thorax'] } },
      ])
      expect(await engine.client.comparisons.get.query({ comparison: id })).toEqual(comparison)
    })

    it('is gone when it was deleted', async () => {
      await engine.client.comparisons.delete.mutate({ comparison: id })
      expect((await engine.client.comparisons.list.query()).comparisons).toEqual([])
      await expect(engine.client.comparisons.get.query({ comparison: id })).rejects.toThrow(
        /expected one that there is/,
      )
    })
  })

  it('one that nobody listens to any more stops, and goes on when asked', async () => {
    const { comparison } = await engine.client.comparisons.create.mutate(things())
    for await (const event of await engine.client.comparisons.work.mutate({ comparison }))
      if (event.type === 'progress' && event.done >= 4) break
    await expect
      .poll(async () => (await engine.client.comparisons.list.query()).comparisons, { timeout: 20_000 })
      .toMatchObject([{ id: comparison, isDone: false, isInWork: false }])
    const end = await lastOf(await engine.client.comparisons.work.mutate({ comparison }), 'compared')
    expect(end.comparison.cells).toHaveLength(4)
  }, 60_000)

  it.each([
    ['a method that there is not', { methods: [{ name: 'bim' }] }, /expected one of/],
    ['a model that there is not', { models: ['nobody'] }, /nobody/],
    ['a budget without sense', { budgets: { Linf: ['eight'], L2: [] } }, /Budget: expected/],
  ])('%s is refused and leaves nothing', async (_, change, message) => {
    const before = (await engine.client.comparisons.list.query()).comparisons.length
    await expect(engine.client.comparisons.create.mutate({ ...things(), ...change })).rejects.toThrow(message)
    expect((await engine.client.comparisons.list.query()).comparisons.length).toBe(before)
  })

  it('an id from elsewhere leads nowhere', async () => {
    await expect(engine.client.comparisons.delete.mutate({ comparison: '../runs' })).rejects.toThrow(
      /expected one that there is/,
    )
  })
})

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Comparison } from '../../src/engine/compare/comparison.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'

const labels = join(import.meta.dirname, '../../resources/sample/study/labels.csv')

describe('the engine, comparisons and evaluations', () => {
  let engine: TestEngine
  let study: StudyInfo
  const shared = () => ({ study: study.id, images: [10, 11, 12, 13], models: ['phantom-thorax'], labels })
  const things = () => ({
    ...shared(),
    methods: [{ name: 'fgsm' }, { name: 'noise' }],
    budgets: { Linf: ['2/255', '8/255'], L2: [] },
  })
  const comparisons = async () => (await engine.client.comparisons.list.query()).jobs
  const evaluations = async () => (await engine.client.evaluations.list.query()).jobs
  const done = { timeout: 60_000 }
  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    const paths = await engine.client.studies.sample.query()
    study = (await lastOf(await engine.client.studies.open.mutate({ paths }), 'study')).study
  })
  afterAll(async () => {
    await engine.end()
  })

  describe('a comparison that is left to its end, without any page', () => {
    let id: string
    let comparison: Comparison
    beforeAll(async () => {
      id = (await engine.client.comparisons.create.mutate(things())).id
      await engine.client.comparisons.begin.mutate({ id })
      await vi.waitFor(async () => {
        expect(await comparisons()).toMatchObject([{ id, isDone: true, progress: null, error: null }])
      }, done)
      comparison = await engine.client.comparisons.get.query({ id })
    }, 60_000)

    it('compares every method at every budget', () => {
      expect(comparison.cells.map(({ method, budget, slices }) => [method, budget, slices])).toEqual([
        ['fgsm', '2/255', 4],
        ['fgsm', '8/255', 4],
        ['noise', '2/255', 4],
        ['noise', '8/255', 4],
      ])
    })

    it('is listed with the command that makes it again', async () => {
      const { broken } = await engine.client.comparisons.list.query()
      expect(broken).toEqual([])
      const [listed] = await comparisons()
      expect(listed?.command).toMatch(/^radversary compare --study .* --model phantom-thorax --method fgsm noise --epsilon 2\/255 8\/255 --images /) // prettier-ignore
    })

    it('is gone when it was deleted', async () => {
      await engine.client.comparisons.delete.mutate({ id })
      expect(await comparisons()).toEqual([])
      await expect(engine.client.comparisons.get.query({ id })).rejects.toThrow(/expected one that there is/)
    })
  })

  it('an evaluation is stopped, goes on when asked, keeps the device for itself, and leaves a report', async () => {
    const { id } = await engine.client.evaluations.create.mutate({
      ...shared(),
      images: [10, 11],
      protocol: 'quick',
    })
    await engine.client.evaluations.begin.mutate({ id })
    const { id: other } = await engine.client.comparisons.create.mutate(things())
    await expect(engine.client.comparisons.begin.mutate({ id: other })).rejects.toThrow(
      /Evaluation .* in work/,
    )
    await engine.client.comparisons.delete.mutate({ id: other })
    await expect.poll(async () => (await evaluations())[0]?.progress?.done, done).toBeGreaterThan(0)
    await expect(engine.client.evaluations.delete.mutate({ id })).rejects.toThrow(/in work/)
    await engine.client.evaluations.cancel.mutate({ id })
    await expect.poll(evaluations, done).toMatchObject([{ isDone: false, progress: null, error: null }])
    await engine.client.evaluations.begin.mutate({ id })
    await expect.poll(evaluations, done).toMatchObject([{ isDone: true, progress: null }])
    const { html } = await engine.client.evaluations.get.query({ id })
    expect(html).toContain('<h1>Robustness of phantom-thorax</h1>')
  }, 120_000)

  it('an evaluation that fails says why', async () => {
    const { id } = await engine.client.evaluations.create.mutate({
      ...shared(),
      labels: '/nowhere/labels.csv',
    })
    await engine.client.evaluations.begin.mutate({ id })
    await expect.poll(async () => (await evaluations())[0]?.error?.message, done).toMatch(/labels\.csv|read/i)
    await engine.client.evaluations.delete.mutate({ id })
  }, 60_000)

  it.each([
    ['a method that there is not', { methods: [{ name: 'bim' }] }, /Method: expected .*, got bim/],
    ['a model that there is not', { models: ['nobody'] }, /nobody/],
    ['a budget without sense', { budgets: { Linf: ['eight'], L2: [] } }, /Budget: expected/],
  ])('%s is refused and leaves nothing', async (_, change, message) => {
    const before = (await comparisons()).length
    await expect(engine.client.comparisons.create.mutate({ ...things(), ...change })).rejects.toThrow(message)
    expect((await comparisons()).length).toBe(before)
  })

  it('an id from elsewhere leads nowhere', async () => {
    await expect(engine.client.comparisons.delete.mutate({ id: '../runs' })).rejects.toThrow(
      /expected one that there is/,
    )
  })
})
